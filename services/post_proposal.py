"""Bokfør forslag i Visma: freeze what the handler said yes to, and send it, in one go."""

from services.delivery import DeliveryService, Sent
from services.posting import PostingService
from services.progress import Progress, silent
from services.rules.posting import Proposal


async def post_proposal(
    posting: PostingService, delivery: DeliveryService, seen: Proposal, actor: str, progress: Progress = silent
) -> Sent:
    """Post the proposal that was `seen`, and whatever lies ready from before. Visma is asked before anything is frozen.

    Raises VismaError and Refused("file_route") with nothing frozen, Conflict when the proposal has changed, and what
    DeliveryService.send raises; then what is frozen lies ready and is sent the next time.
    """
    if seen.ready:
        await delivery.require_open()
        await posting.freeze(actor, seen)
    return await delivery.send(actor, progress)
