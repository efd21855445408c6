"""Decides by moto's IAM: reads {"policies": [document], "questions": [[index of a policy, action, resource]]}, writes a list of booleans."""

import json
import sys

from moto.iam.access_control import IAMPolicy, PermissionResult

asked = json.load(sys.stdin)
policies = [IAMPolicy(json.dumps(document)) for document in asked["policies"]]
decisions = [
    policies[index].is_action_permitted(action, resource)
    for index, action, resource in asked["questions"]
]
print(json.dumps([decision == PermissionResult.PERMITTED for decision in decisions]))
