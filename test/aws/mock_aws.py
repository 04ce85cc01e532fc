"""An AWS on loopback: moto's server, what its CloudFormation lacks, and tasks that really run.

    mock_aws.py PORT

Environment:
    AWS_REGION             the region that everything is in
    MOCK_DATABASE_PORT     PostgreSQL on localhost that stands for every RDS instance,
    MOCK_DATABASE_SOCKET   and the folder of the socket where its superuser gets in
    MOCK_PROGRAM           what runs in the place of the image's program
    MOCK_FILES             JSON: paths of the image, and of this machine in their place

What it does not show, test/aws/templates.test.js asserts on the templates: circuit breaker, Service
Connect and whatever else moto does not keep.
"""

import logging
import sys

from moto.server import main

import mock_cloudformation
import mock_rds
import mock_tasks
import mock_types  # noqa: F401  (which registers them)

if __name__ == "__main__":
    port = sys.argv[1]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # not a line for each request
    mock_cloudformation.install(f"http://127.0.0.1:{port}")
    mock_rds.install()
    mock_tasks.install()
    main(["-H", "127.0.0.1", "-p", port])
