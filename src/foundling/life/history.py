"""A home's generations as a person asks for them: parents, scores and verdicts. The ledger flows in, rows flow out."""

import json
from typing import Any

from foundling.home import Home, read_verified


def generations(home: Home) -> list[dict[str, Any]]:
    """One row a generation, oldest first. Raises BadInput when a card is damaged."""
    rows = []
    with home.ledger() as ledger:
        born = {e.data["n"]: e.ts for e in ledger.events("generation")}
        verdicts = {e.data["candidate"]: e.data for e in ledger.events("verdict") if "gate" not in e.data}
    for number in home.generations():
        card = json.loads(read_verified(home.generation(number), "card.json"))
        rows.append({
            "generation": number, "parents": card["parents"], "born": born.get(number, "not recorded"),
            "parameters": card["parameters"], "seed": card["seed"], "verdict": card["verdict"],
            "scores": {score["name"]: score["value"] for score in card["scores"]},
        })
    for number, verdict in verdicts.items():
        if number not in home.generations():
            rows.append({
                "generation": None, "parents": [verdict["incumbent"]], "born": "never: it was not promoted",
                "parameters": None, "seed": None, "verdict": f"{verdict['outcome']}: {verdict['reason']}", "scores": {},
            })
    return rows
