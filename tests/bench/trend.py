"""Whether a figure that is looked at again and again stays, or grows without end."""

from statistics import median

BINS = 60  # of a run of hours there are thousands of looks, and slopes between all of them


def thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most so many, each the median of some that follow each other."""
    size = -(-len(points) // BINS)
    groups = [points[i:i + size] for i in range(0, len(points), size)] if size else []
    return [(median(x for x, _ in group), median(y for _, y in group)) for group in groups]


def growth(points: list[tuple[float, float]]) -> float:
    """What the trend adds between the first moment and the last: the median of the slopes between all pairs (Theil, Sen), which
    single peaks do not move, however high."""
    if len(points) < 2:
        return 0.0
    few = thinned(points)
    slopes = [(y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(few) for x2, y2 in few[i + 1:] if x2 > x1]
    return median(slopes) * (points[-1][0] - points[0][0]) if slopes else 0.0
