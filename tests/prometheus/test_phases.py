"""Whether a camera is told does not depend on when it is scraped: Prometheus spreads scrapes over their interval, for ever the same way."""

import json
import pathlib
import subprocess

import pytest

RULES = pathlib.Path(__file__).resolve().parents[2] / "ops" / "prometheus" / "rules"
LENGTH_S = 600
STOOD_SINCE_S = 200
MATCHERS = 'job="camwall", instance="a", camera'
AGES = {"camwall_stream_last_access_unit_timestamp_seconds": "picture", "camwall_stream_last_segment_timestamp_seconds": "segment"}


def series(name, values, camera, step, interval, before, **labels):
    """Samples `before` seconds before each evaluation, as promtool writes them: `_` is no sample."""
    more = "".join(f', {key}="{value}"' for key, value in labels.items())
    written = [str(round(values(t), 3)) if t % interval == (interval - before) % interval else "_" for t in range(0, LENGTH_S, step)]
    return {"series": f'{name}{{{MATCHERS}="{camera}"{more}}}', "values": " ".join(written)}


def camera(name, newest, step, interval, before):
    """A camera that is called live, with streams as old as newest(time) says."""
    place = (name, step, interval, before)
    return [series("camwall_camera_group_info", lambda t: 1, *place, group="", label=name),
            series("camwall_camera_up", lambda t: 1, *place),
            series("camwall_camera_state", lambda t: 1, *place, state="live"),
            *(series(metric, newest, *place, stream="sub") for metric in AGES)]


@pytest.mark.parametrize(("interval", "before", "age"), [(15, 0, 1.1), (15, 14, 1.1), (30, 20, 0.2), (60, 40, 0.2), (60, 59, 10)],
                         ids=lambda x: str(x))
def test_a_picture_is_as_old_as_it_was_at_the_scrape(tmp_path, interval, before, age):
    step = next(x for x in (5, 1) if interval % x == 0 and before % x == 0)
    place = (step, interval, before)
    told = [{"labels": f'{{alertname="{name}", camera="gate"}}', "value": 1} for name in ("CamwallCameraStale", "CamwallSegmentsStale")]
    firing = 'count by (alertname, camera) (ALERTS{alertstate="firing"})'
    case = {"rule_files": [str(RULES / "camwall_records.yml"), str(RULES / "camwall_cameras.yml")],
            "evaluation_interval": f"{interval}s",
            "tests": [{"interval": f"{step}s",
                       "input_series": [*camera("well", lambda t: t - age, *place), *camera("gate", lambda t: min(t - age, STOOD_SINCE_S), *place)],
                       "promql_expr_test": [{"expr": firing, "eval_time": "180s", "exp_samples": []},
                                            {"expr": firing, "eval_time": "540s", "exp_samples": told},
                                            # The record, too: the age of the scrape is not the camera's.
                                            *({"expr": f'camwall:{what}_age_seconds{{camera="well"}} < bool {age + 0.1}', "eval_time": "540s",
                                               "exp_samples": [{"labels": f'{{{MATCHERS}="well"}}', "value": 1}]} for what in AGES.values())]}]}
    file = tmp_path / "phase.test.yml"
    file.write_text(json.dumps(case))  # JSON is YAML.
    done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
