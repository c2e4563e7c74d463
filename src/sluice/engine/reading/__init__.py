"""Reading a text as others would: what is hidden in it, and what its structure says of its values.

`views` gives the readings in which hidden characters are gone and encoded ones are decoded;
`fields` gives the values whose type the document names. Both are pure and take linear time.
"""

from sluice.engine.reading.fields import Field, fields
from sluice.engine.reading.offsets import View
from sluice.engine.reading.views import views

__all__ = ["Field", "View", "fields", "views"]
