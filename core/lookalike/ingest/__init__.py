"""The one pipeline that every photo goes through: read, decoded, described, recorded, indexed."""
