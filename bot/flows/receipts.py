"""What became of a body that a venue sent us."""

from enum import Enum


class Receipt(Enum):
    KEPT = "kept"
    NOT_OURS = "not_ours"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
