"""The words Halden's data is made of: companies, birds, campaigns, kinds of work, and a few hostile ones.

Names are invented. It never draws at random except from the generator it is given.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

BIRDS = (
    "Heron", "Falcon", "Osprey", "Kestrel", "Merlin", "Plover", "Curlew", "Avocet", "Bittern", "Dunlin", "Egret", "Fulmar",
    "Gannet", "Harrier", "Ibis", "Jacana", "Kingfisher", "Lapwing", "Magpie", "Nightjar", "Oriole", "Pelican", "Quail",
    "Raven", "Sandpiper", "Tern", "Umbrellabird", "Vireo", "Wagtail", "Xenops", "Yellowhammer", "Zebra Finch", "Albatross",
    "Bunting", "Condor", "Dipper", "Eider", "Flamingo", "Goshawk", "Hoopoe", "Jay", "Kite", "Linnet", "Martin", "Nuthatch",
    "Ovenbird",
)  # fmt: skip

WORKS = {
    "image": (
        "2D boxes", "polygons", "keypoints", "segmentation", "image tags", "lane lines", "OCR", "cuboid proposals",
        "occlusion flags", "scene labels",
    ),
    "video": (
        "tracking", "action spans", "frame tags", "video captions", "event marks", "shot bounds", "gaze", "video moderation",
        "object reid", "interpolation",
    ),
    "text": (
        "ranking", "rewriting", "entities", "intent", "summaries", "code review", "translation", "safety labels",
        "prompt writing", "dialogue",
    ),
    "sensor": (
        "lidar boxes", "radar tracks", "sensor fusion", "lidar segmentation", "ground planes", "lidar tracks", "audio events",
        "imu spans", "thermal boxes", "lane fusion",
    ),
    "3d": (
        "mesh parts", "3D cuboids", "point clouds", "pose graphs", "depth repair", "3D lanes", "scene graphs", "grasp points",
        "occupancy", "3D keypoints",
    ),
    "eval": (
        "red teaming", "bias review", "fact checking", "rubric scoring", "pairwise judging", "agent traces", "tool use review",
        "refusal review", "long context review", "expert grading",
    ),
}  # fmt: skip

CAMPAIGNS = (
    ("Lidar at Scale", "content", 2024, 1), ("Robotics Summit 2024", "event", 2024, 3), ("Safer Streets", "content", 2024, 4),
    ("Label Faster", "paid", 2024, 6), ("Gov Readiness", "outbound", 2024, 7), ("Autumn Outbound 2024", "outbound", 2024, 9),
    ("Gen AI Evals Tour", "event", 2024, 10), ("Warehouse Robots", "content", 2025, 1), ("Quality First", "paid", 2025, 2),
    ("Spring Roadshow 2025", "event", 2025, 4), ("Sensor Fusion Guide", "content", 2025, 5), ("Partner Push", "partner", 2025, 6),
    ("Trial Boost", "paid", 2025, 8), ("Robotics Summit 2025", "event", 2025, 9), ("Model Arena", "content", 2025, 10),
    ("Winter Outbound", "outbound", 2025, 12), ("Red Team Week", "event", 2026, 1), ("Night Drive", "paid", 2026, 2),
    ("Factory Eyes", "content", 2026, 3), ("May Webinar 2026", "webinar", 2026, 5), ("Summer Trials", "paid", 2026, 6),
    ("Expert Graders", "outbound", 2026, 7), ("Humanoid Launch", "event", 2026, 8),
    ("<!channel> free labels & <b>more</b>", "paid", 2026, 8),
)  # fmt: skip

# Text that must stay text wherever it is shown.
HOSTILE_PROJECTS = {17: "<!channel> Heron intake", 63: "<img src=x onerror=alert(1)> Osprey boxes", 140: "*_~`Kestrel & Co`~_*"}

_FIRST = (
    "North", "Blue", "Silver", "Quiet", "Bright", "Iron", "Amber", "Cedar", "Granite", "Harbor", "Juniper", "Lumen", "Maple",
    "Nimbus", "Onyx", "Prairie", "Quartz", "River", "Summit", "Tundra", "Umber", "Vector", "Willow", "Zephyr", "Cobalt",
    "Delta", "Ember", "Fjord", "Glacier", "Helix", "Indigo", "Kepler", "Lattice", "Meridian", "Nova", "Orbit", "Pioneer",
    "Rowan", "Sierra", "Topaz",
)  # fmt: skip
_SECOND = (
    "Motors", "Robotics", "Systems", "Labs", "Mobility", "Vision", "Dynamics", "Cloud", "Works", "Intelligence", "Machines",
    "Logistics", "Aerial", "Analytics", "Grid", "Devices", "Studios", "Health", "Foods", "Maritime", "Energy", "Retail",
    "Drones", "Freight", "Models", "Sciences", "Networks", "Software", "Farms", "Optics", "Transit", "Security", "Media",
    "Materials", "Computing", "Instruments", "Rail", "Defense", "Lending", "Bio",
)  # fmt: skip
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_BASE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def companies(rng: random.Random) -> Iterator[str]:
    """Company names, each once, in a seeded order."""
    pairs = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    rng.shuffle(pairs)
    yield "Orion Motors"  # the account that people ask about
    yield from pairs


def salesforce_id(prefix: str, number: int, rng: random.Random) -> str:
    """An id of 18 characters: 15 that differ by case too, and 3 that say which of them are capitals."""
    body = prefix + "Hs" + "".join(rng.choice(_BASE) for _ in range(6)) + f"{number:04d}"
    return body + checksum(body)


def twin_id(known: str) -> str:
    """Another id that reads the same where case is lost."""
    body = known[:5] + known[5:11].swapcase() + known[11:15]
    return body + checksum(body)


def checksum(body: str) -> str:
    """The three characters that make 15 case-sensitive ones safe where case is lost."""
    parts = (body[start : start + 5] for start in (0, 5, 10))
    return "".join(_ALPHABET[sum(1 << i for i, letter in enumerate(part) if letter.isupper())] for part in parts)
