"""What tests stand on. No name of a library in here is looked for twice:"""

import sys

sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type] # the HTTP client searches it on disk twice a request
