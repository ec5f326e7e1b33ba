"""What a page holds, as a browser would see it, and a text that tries to become part of one."""

from html.parser import HTMLParser

HOSTILE = (
    "</textarea></td></script><script>alert(1)</script> <img src=x onerror=alert(1)> \" ' onmouseover=x "
    "<!-- ]]> <style>*{} \x00\x1b[31m\x9b31m \u202e &lt; {{ view }} {% raw %} {css} %s"
)


class Page(HTMLParser):
    """The tags of a page with their attributes, in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "input", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))  # <rect/> is open and shut

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @property
    def kinds(self) -> set[tuple[str, str]]:
        """Each tag, and each with each of its attributes: markup, whatever it says."""
        named = {(tag, name) for tag, given in self.elements for name in given}
        return named | {(tag, "") for tag, _ in self.elements}

    def values(self, *names: str, of: tuple[str, ...] = ()) -> list[str]:
        """The values of some attributes, of all tags or of some."""
        return [
            given[name] or ""
            for tag, given in self.elements
            for name in names
            if name in given and (not of or tag in of)
        ]
