"""The library: its photos, its folders, and dialogs about both."""
