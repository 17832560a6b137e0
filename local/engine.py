"""Starts the local engine with one gap repaired: a table's stream survives a stop.

ministack saves how far each consumer has read, but not the stream itself. After a restart the stream counts from zero
again, so a consumer would skip as many changes as it had read before, and changes that were not delivered yet would be
gone. Here the stream is saved with its table, and no consumer starts past its end.
"""

import copy

from ministack import app
from ministack.core.arn import parse_arn
from ministack.services import dynamodb, lambda_svc

_STREAM_STATE = {
    "plumbline_stream_records": dynamodb._stream_records,
    "plumbline_stream_trimmed": dynamodb._stream_trimmed,
}
_get_tables = dynamodb.get_state
_load_tables = dynamodb.load_persisted_state
_load_everything = app._load_persisted_state


def _get_tables_and_streams():
    return {**_get_tables(), **{name: copy.deepcopy(store) for name, store in _STREAM_STATE.items()}}


def _load_tables_and_streams(data):
    _load_tables(data)
    for name, store in _STREAM_STATE.items():
        if name in data:
            store.update(data[name])


def _load_and_clamp():
    _load_everything()
    positions = lambda_svc._dynamodb_stream_positions
    for account, region, esm_id, esm in [(*key, esm) for key, esm in lambda_svc._esms.all_items()]:
        source = esm.get("EventSourceArn", "")
        position = positions.get_scoped(account, region, esm_id, None)
        if position is None or ":dynamodb:" not in source:
            continue
        table = parse_arn(source).resource.split("/")[1]
        end = dynamodb.stream_end_position(table, account_id=account, region=region)
        positions.set_scoped(account, region, esm_id, min(position, end))


dynamodb.get_state = _get_tables_and_streams
dynamodb.load_persisted_state = _load_tables_and_streams
app._load_persisted_state = _load_and_clamp

if __name__ == "__main__":
    app.main()
