import re
import uuid

from huifang_tenants.ids import new_id, opaque_id
from huifang_tenants.scope import check_tenant_name


def test_ids_are_real_uuids_of_version_7_in_the_order_they_were_made():
    made = [new_id() for _ in range(1000)]
    assert all(isinstance(one, uuid.UUID) and one.version == 7 for one in made)
    # Whichever class the driver reads back, it is the same id as a key and in a comparison.
    plain = [uuid.UUID(str(one)) for one in made]
    assert plain == made
    assert {*plain} == {*made}
    assert made == sorted(made)
    assert len(set(made)) == 1000


def test_opaque_ids_are_names_a_scope_accepts():
    made = {opaque_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch("t_[a-z0-9]{16}", check_tenant_name(one)) for one in made)
