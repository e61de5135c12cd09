"""Languages of messages: one for each TOML file beside this module. It imports nothing, since `--help` needs it."""

import os

from hankelod import messages

LANGUAGES = tuple(sorted(name[:-5] for name in os.listdir(messages.__path__[0]) if name.endswith(".toml")))

DEFAULT = "en"
"""The language of messages where neither the user nor the system names one of them."""

UNDETERMINED = "und"
"""The key of a text whose language is not told."""
