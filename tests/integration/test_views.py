"""Views of the page over a real server: whose they are, who may change them, and that they outlive what happens to the server."""

import http.client
import json
import pathlib
import signal
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from asker import PASSWORDS, Asker, hashes  # noqa: E402,F401
from wall import Wall, wait_until  # noqa: E402

VIEWS = "/api/v1/views"
ALL_SCREENS = "views: [{name: entrance, title: Entrances, layout: 1+5, cameras: [safe, gate], dwell: 10s}]"


def config(hashes, views=ALL_SCREENS):
    return f"""
server: {{listen: "127.0.0.1:0"}}
hls: {{directory: hls}}
state_dir: state
users:
  - {{name: boss, role: admin, password_hash: "{hashes['boss']}"}}
  - {{name: ops, role: operator, password_hash: "{hashes['ops']}"}}
  - {{name: guard, role: viewer, password_hash: "{hashes['guard']}", cameras: [gate]}}
cameras:
  - {{id: gate, url: "rtsp://127.0.0.1:1/a", start: on_demand}}
  - {{id: safe, url: "rtsp://127.0.0.1:1/c", start: on_demand, group: vault}}
{views}
"""


class Person(Asker):
    """Somebody who is logged in."""

    def __init__(self, wall, user):
        super().__init__(wall)
        assert self.log_in(user).status == 200

    def put(self, name, **view):
        return self.ask("PUT", f"{VIEWS}/{name}", json.dumps(view), Content_Type="application/json")

    def views(self):
        return {x["name"]: x for x in json.loads(self.get(VIEWS).text)["views"]}


@pytest.fixture(scope="module")
def wall(hashes):
    with Wall(config(hashes)) as running:
        yield running


@pytest.fixture(scope="module")
def people(wall):
    return {user: Person(wall, user) for user in PASSWORDS}


def test_each_user_has_views_of_his_own_beside_those_for_everybody(people):
    guard, ops, boss = people["guard"], people["ops"], people["boss"]
    assert guard.put("night", layout="2x2", cameras=["gate"]).status == 201
    assert ops.put("night", layout="3x3").status == 201
    assert guard.put("all", shared=True).status == 403
    assert ops.put("all", shared=True, groups=["vault"]).status == 201
    assert {name: x["layout"] for name, x in ops.views().items()} == {"entrance": "1+5", "all": "auto", "night": "3x3"}
    assert set(boss.views()) == {"entrance", "all"}
    assert guard.views()["night"]["layout"] == "2x2"
    assert ops.ask("DELETE", f"{VIEWS}/night").status == 204
    assert guard.views()["night"]["layout"] == "2x2"


def test_a_view_names_no_camera_that_its_reader_may_not_know_of(people):
    seen = people["guard"].views()
    assert seen["entrance"]["cameras"] == ["gate"]
    assert "all" not in seen and "safe" not in people["guard"].get(VIEWS).text
    assert (seen["entrance"]["source"], seen["entrance"]["read_only"]) == (None, True)
    assert people["boss"].views()["entrance"]["source"].startswith("wall.yaml:")


def test_nobody_changes_views_without_a_login_or_for_another_page(wall, people):
    assert Asker(wall).get(VIEWS).status == 401
    assert Asker(wall).ask("PUT", f"{VIEWS}/x", "{}", Content_Type="application/json").status == 401
    foreign = {"Origin": "https://evil.example"}
    assert people["guard"].ask("PUT", f"{VIEWS}/x", "{}", Content_Type="application/json", **foreign).status == 403
    assert people["guard"].ask("DELETE", f"{VIEWS}/night", **foreign).status == 403
    assert "night" in people["guard"].views()


def test_views_of_the_configuration_follow_it_while_the_server_runs(wall, hashes, people):
    boss = people["boss"]
    assert boss.put("entrance", layout="2x2").status == 403
    wall.config_file.write_text(config(hashes, ALL_SCREENS.replace("1+5", "4x4")))
    wait_until(lambda: boss.views()["entrance"]["layout"] == "4x4", 10, "the view is changed")
    wall.config_file.write_text(config(hashes, "views: [{name: entrance, layout: 9x9}]"))
    wait_until(lambda: "views[0].layout" in wall.log(), 10, "the mistake is told")
    assert boss.views()["entrance"]["layout"] == "4x4"
    wall.config_file.write_text(config(hashes))
    wait_until(lambda: boss.views()["entrance"]["layout"] == "1+5", 10, "the view is as it was")


def test_what_was_answered_outlives_a_kill_and_a_damaged_file_costs_only_saved_views(hashes):
    with Wall(config(hashes)) as wall:
        saved = []
        guard = Person(wall, "guard")

        def save_on():
            try:
                for i in range(10_000):
                    if guard.put(f"v{i % 30}", title=f"title {i}").status in (200, 201):
                        saved.append((f"v{i % 30}", f"title {i}"))
            except (OSError, http.client.HTTPException):
                pass  # The server was killed.

        saving = threading.Thread(target=save_on)
        saving.start()
        wait_until(lambda: len(saved) > 40, 20, "views are saved")
        wall.stop(signal.SIGKILL)
        saving.join(20)
        wall.start()
        views = Person(wall, "guard").views()
        last = dict(saved)
        # The very last may have been written without an answer.
        differing = [name for name, title in last.items() if views[name]["title"] != title]
        assert len(differing) <= 1, differing
        wall.stop(signal.SIGKILL)
        (wall.folder / "state/views.json").write_text('{"views": [{')
        wall.start()
        assert set(Person(wall, "guard").views()) == {"entrance"}
        assert "views.json.broken" in wall.log()
        assert (wall.folder / "state/views.json.broken").read_text() == '{"views": [{'
