"""`edgekit eval confidence`"""


def confidence() -> None:
    """x"""
