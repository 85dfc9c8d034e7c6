"""Where a fault arose, without its message, which may quote what people wrote."""

import traceback
from pathlib import Path
from typing import Final

_PLACES: Final = 6  # that are shown


def places(fault: BaseException) -> list[str]:
    """The innermost places, the last one being where it was raised."""
    frames = traceback.extract_tb(fault.__traceback__)[-_PLACES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} in {frame.name}" for frame in frames]
