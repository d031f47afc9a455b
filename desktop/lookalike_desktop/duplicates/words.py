"""Words of duplicates: classes, edits and reasons in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto, Held
from lookalike.duplicates.keep_rules import KeepRule
from lookalike.pairs import Edit

translate = QCoreApplication.translate


def class_text(kind: DuplicateClass) -> str:
    """What the photos of a group have in common."""
    return {
        DuplicateClass.EXACT: translate("Duplicates", "Exact copies"),
        DuplicateClass.SAME_PIXELS: translate("Duplicates", "Same picture"),
        DuplicateClass.EDITED: translate("Duplicates", "Edited"),
        DuplicateClass.BURST: translate("Duplicates", "Burst"),
    }[kind]


def reason_text(rule: KeepRule) -> str:
    """Why a photo is the one to keep."""
    return {
        KeepRule.PROTECTED: translate("Duplicates", "in a protected folder"),
        KeepRule.ORIGINAL: translate("Duplicates", "the original"),
        KeepRule.RAW: translate("Duplicates", "has its raw file"),
        KeepRule.RESOLUTION: translate("Duplicates", "most pixels"),
        KeepRule.COMPRESSION: translate("Duplicates", "least compressed"),
        KeepRule.EXIF: translate("Duplicates", "camera data"),
        KeepRule.CENTRAL: translate("Duplicates", "most like the other edits"),
        KeepRule.FORMAT: translate("Duplicates", "best format"),
        KeepRule.RATING: translate("Duplicates", "most stars"),
        KeepRule.OLDEST: translate("Duplicates", "oldest file"),
        KeepRule.NAME: translate("Duplicates", "plainest name"),
    }[rule]


def rule_text(rule: KeepRule) -> str:
    """What a rule prefers."""
    return {
        KeepRule.PROTECTED: translate("Duplicates", "What lies in a protected folder"),
        KeepRule.ORIGINAL: translate("Duplicates", "The original of edits"),
        KeepRule.RAW: translate("Duplicates", "What has its raw file beside it"),
        KeepRule.RESOLUTION: translate("Duplicates", "More pixels"),
        KeepRule.EXIF: translate("Duplicates", "Camera, date and place as the camera wrote them"),
        KeepRule.CENTRAL: translate("Duplicates", "What the other edits are most like"),
        KeepRule.COMPRESSION: translate("Duplicates", "Less compression"),
        KeepRule.FORMAT: translate("Duplicates", "A format that loses less"),
        KeepRule.RATING: translate("Duplicates", "More stars"),
        KeepRule.OLDEST: translate("Duplicates", "The oldest file"),
        KeepRule.NAME: translate("Duplicates", "A name that is not that of a copy"),
    }[rule]


def edit_text(edit: Edit) -> str:
    """What was done to a photo."""
    return {
        Edit.RECOMPRESS: translate("Duplicates", "compressed again"),
        Edit.RESIZE: translate("Duplicates", "resized"),
        Edit.CROP: translate("Duplicates", "cropped"),
        Edit.ROTATE: translate("Duplicates", "turned"),
        Edit.MIRROR: translate("Duplicates", "mirrored"),
        Edit.FILTER: translate("Duplicates", "sharpened or blurred"),
        Edit.RECOLOUR: translate("Duplicates", "recoloured"),
        Edit.OVERLAY: translate("Duplicates", "written on"),
        Edit.SCREENSHOT: translate("Duplicates", "screenshot"),
        Edit.FORMAT: translate("Duplicates", "other format"),
    }[edit]


def held_text(held: Held) -> str:
    """Why a photo would not be removed."""
    return {
        Held.PROTECTED: translate("Duplicates", "in a protected folder"),
        Held.OFFLINE: translate("Duplicates", "its drive is away"),
        Held.RAW: translate("Duplicates", "its raw file is beside it"),
        Held.LINKED: translate("Duplicates", "the same file under another name"),
    }[held]


def photo_text(group: DuplicateGroup, photo: DuplicatePhoto) -> str:
    """What tells a photo of a group from the one to keep, or why that one is."""
    if photo is group.keep:
        return ", ".join(map(reason_text, group.reasons))
    parts = [edit_text(edit) for edit in photo.edits]
    if photo.hash == group.keep.hash:
        parts.append(translate("Duplicates", "exact copy"))
    elif group.kind is DuplicateClass.BURST:
        parts.append(translate("Duplicates", "another exposure"))
    elif not parts:
        parts.append(translate("Duplicates", "same picture"))
    if photo.held is not None:
        parts.append(held_text(photo.held))
    return ", ".join(parts)
