"""Public face of the push: brings machines to their blueprints, one at a time where that matters."""

from deploy.push.course import Course, Onlooker, carry_out
from deploy.push.crew import Crew
from deploy.push.difference import differences
from deploy.push.labour import Labour
from deploy.push.order import Sight, Wishes, order
from deploy.push.sentences import tell
from deploy.push.site import links, wanted_site
from deploy.push.steps import Doing
from deploy.push.survey import Survey, survey
from deploy.push.trouble import Trouble
from deploy.push.watching import Watching

__all__ = [
    "Course",
    "Crew",
    "Doing",
    "Labour",
    "Onlooker",
    "Sight",
    "Survey",
    "Trouble",
    "Watching",
    "Wishes",
    "carry_out",
    "differences",
    "links",
    "order",
    "survey",
    "tell",
    "wanted_site",
]
