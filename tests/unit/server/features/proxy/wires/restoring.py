"""A `Restorer` on the engine's hydrator, which remembers every text that reached it."""

from __future__ import annotations

from sluice.engine import Finding, Mapping, StreamHydrator, cleanse, hydrate


def mapping_of(**originals: str) -> Mapping:
    """A conversation in which these entity types have these originals, numbered 0."""
    mapping = Mapping()
    for entity_type, original in originals.items():
        cleanse(original, [Finding(0, len(original), entity_type)], mapping)
    return mapping


class Restoring:
    """Restores what the mapping knows; nothing new is looked for."""

    def __init__(self, mapping: Mapping | None = None) -> None:
        self.mapping = mapping or Mapping()
        self.seen: dict[str, str] = {}
        """By path, what the model wrote; the pieces of a stream joined."""

    def channel(self, path: str, *, json_string: bool = False) -> Streamed:
        """A text in pieces."""
        return Streamed(self, path, json_string)

    def text(self, text: str, path: str, *, json_string: bool = False) -> str:
        """A whole text."""
        self.note(path, text)
        return hydrate(text, self.mapping, json_strings=json_string or None).text

    def values(self, value: object, path: str) -> object:
        """Each string of a JSON value, keys too."""
        if isinstance(value, str):
            return self.text(value, path)
        if isinstance(value, list):
            return [self.values(item, f"{path}[{i}]") for i, item in enumerate(value)]
        if isinstance(value, dict):
            return {
                self.text(key, f"{path}.?"): self.values(item, f"{path}.{key}")
                for key, item in value.items()
            }
        return value

    def note(self, path: str, text: str) -> None:
        """Remember what was to be restored."""
        self.seen[path] = self.seen.get(path, "") + text

    @property
    def all_seen(self) -> str:
        """Everything that reached the restorer."""
        return "\n".join(self.seen.values())


class Streamed:
    """One channel."""

    def __init__(self, restoring: Restoring, path: str, json_string: bool) -> None:
        self._restoring = restoring
        self._path = path
        self._hydrator = StreamHydrator(restoring.mapping, json_strings=json_string or None)

    @property
    def held(self) -> int:
        """How many code points are held back."""
        return self._hydrator.held

    def feed(self, text: str) -> str:
        """The next piece."""
        self._restoring.note(self._path, text)
        return self._hydrator.feed(text)

    def finish(self) -> str:
        """The rest."""
        return self._hydrator.finish()
