"""What watches the tenant's models in SageMaker: what they are asked is compared with what they learned from.

AWS takes on no new customers of SageMaker Model Monitor from 2026-07-30 on, so that the option has to ask for it.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html
"""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, Unsupported, compact_json, document, text
from tenantc.emit.naming import digest
from tenantc.emit.terraform.alarm import TOPIC, alarm, no_topic
from tenantc.emit.terraform.bucket import AT_REST, BUCKET, BUCKET_ARN
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.place import OF_TENANT, located
from tenantc.emit.terraform.role import statement
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

MONITOR: Final[Path] = "workspace.terraform.model_monitor"
_PIPELINE: Final[Path] = "ai_configuration.ml_pipeline"
_WATCHED: Final[Path] = f"{_PIPELINE}.model_monitoring"
_DRIFT: Final[Path] = f"{_PIPELINE}.drift_detection"
_INTERVAL: Final[Path] = f"{_PIPELINE}.drift_check_interval_days"
_THRESHOLD: Final[Path] = f"{_PIPELINE}.drift_threshold"
_REPORTS: Final = "model-monitor"
_SCHEDULE: Final = Ref("aws_sagemaker_monitoring_schedule", "tenant", "name")
_IMAGE: Final = Ref("data.aws_sagemaker_prebuilt_ecr_image", "model_monitor", "registry_path")
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html, at midnight in UTC
_DAILY: Final = "cron(0 0 ? * * *)"
_DAY_SECONDS: Final = 86400
# House: a day's data of one endpoint, and an hour to read it
_VOLUME_GB, _MOST_SECONDS = 20, 3600
# as AWS's own samples read it, where the guide names others that nobody sees:
# https://github.com/aws-samples/amazon-sagemaker-safe-deployment-pipeline/blob/main/assets/deploy-model-prd.yml
_NAMESPACE: Final = "aws/sagemaker/Endpoints/data-metrics"


@document(
    "terraform",
    kind="aws_sagemaker_monitoring_schedule",
    needs=MONITOR,
    looks=(MONITOR, _WATCHED, _DRIFT, _INTERVAL, AT_REST, *LOOKS),
    places=PLACES,
)
def model_monitor(
    names: Names,
    stated: Record,
    watched: bool | None,
    drift: bool | None,
    days: int | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """A job that reads what the endpoint has captured on a day, and leaves its report in the tenant's bucket.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDataQualityJobDefinition.html
    """
    if not watched and not drift:
        return None
    if days is not None and days > 1:
        return Unsupported(_INTERVAL, (f"set `{_INTERVAL}` to 1, since Model Monitor looks at least once a day",))
    found = tags(names, "ai", *tagged)
    key = None if at_rest is False else KEY_ARN
    # SageMaker changes no definition, and gives none up that a schedule needs
    schedule: Tree = {
        "name": names.of("aws_name"),
        "monitoring_schedule_config": {
            "monitoring_job_definition_name": Ref("aws_sagemaker_data_quality_job_definition", "tenant", "name"),
            "monitoring_type": "DataQuality",
            "schedule_config": {"schedule_expression": _DAILY},
        },
        "tags": found,
        "lifecycle": {"replace_triggered_by": ["aws_sagemaker_data_quality_job_definition.tenant"]},
    }
    return [
        _role(names, stated, found),
        {
            "data": {"aws_sagemaker_prebuilt_ecr_image": {"model_monitor": _ANALYZER}},
            "resource": {
                "aws_sagemaker_data_quality_job_definition": {"tenant": _job(names, stated, key, found)},
                "aws_sagemaker_monitoring_schedule": {"tenant": schedule},
            },
        },
    ]


# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-built-container.html
_ANALYZER: Final[Tree] = {"repository_name": "sagemaker-model-monitor-analyzer", "image_tag": "latest"}


def _endpoint(names: Names, stated: Record) -> Tree:
    return located(stated["endpoint"], {OF_TENANT: names.tenant_id})


def _job(names: Names, stated: Record, key: Tree, tagged: Tree) -> Tree:
    """The job reaches no network: SageMaker itself hands it its files and takes its metrics.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-cloudwatch.html
    """
    baseline = text("s3://", BUCKET, f"/{stated['baseline']}")
    cluster: Tree = {
        "instance_count": 1,
        "instance_type": str(stated["instance"]),
        "volume_size_in_gb": _VOLUME_GB,
        "volume_kms_key_id": key,
    }
    return {
        "name": names.of("aws_name"),
        "role_arn": Ref("aws_iam_role", "model_monitor", "arn"),
        "data_quality_app_specification": {
            "image_uri": _IMAGE,
            "environment": {"publish_cloudwatch_metrics": "Enabled"},
        },
        "data_quality_baseline_config": {
            "constraints_resource": {"s3_uri": text(baseline, "/constraints.json")},
            "statistics_resource": {"s3_uri": text(baseline, "/statistics.json")},
        },
        "data_quality_job_input": {"endpoint_input": {"endpoint_name": _endpoint(names, stated)}},
        "data_quality_job_output_config": {
            "kms_key_id": key,
            "monitoring_outputs": {"s3_output": {"s3_uri": text("s3://", BUCKET, f"/{_REPORTS}")}},
        },
        "job_resources": {"cluster_config": cluster},
        "network_config": {"enable_inter_container_traffic_encryption": True, "enable_network_isolation": True},
        "stopping_condition": {"max_runtime_in_seconds": _MOST_SECONDS},
        "tags": tagged,
        "depends_on": ["aws_iam_role_policy.model_monitor"],
    }


def _role(names: Names, stated: Record, tagged: Tree) -> Tree:
    """What a job may do: read what it compares, write its report, and tell its log and its metrics.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, CreateProcessingJob
    """
    trust: Tree = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role: Tree = {
        "name": names.sub("iam_role", "model-monitor"),
        "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [trust]}),
        "tags": tagged,
    }
    allowed: Tree = {"statement": _rights(str(stated["baseline"]), str(stated["captured"]))}
    rights: Tree = {
        "name": "model-monitor",
        "role": Ref("aws_iam_role", "model_monitor", "id"),
        "policy": Ref("data.aws_iam_policy_document", "model_monitor", "json"),
    }
    return {
        "data": {"aws_iam_policy_document": {"model_monitor": allowed}},
        "resource": {
            "aws_iam_role": {"model_monitor": role},
            "aws_iam_role_policy": {"model_monitor": rights},
        },
    }


def _rights(baseline: str, captured: str) -> list[Tree]:
    partition, region = Expr("local.tenant_partition"), Expr("local.tenant_region")
    logs = text("arn:", partition, ":logs:", region, ":", Expr("local.tenant_account"), ":log-group:/aws/sagemaker/*")
    owner = Ref("data.aws_sagemaker_prebuilt_ecr_image", "model_monitor", "registry_id")
    image = text("arn:", partition, ":ecr:", region, ":", owner, ":repository/sagemaker-model-monitor-analyzer")
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    log = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    prefixes = [f"{baseline}/*", f"{captured}/*", f"{_REPORTS}/*"]
    return [
        statement("List", ["s3:ListBucket"], [BUCKET_ARN], condition=_when("StringLike", "s3:prefix", *prefixes)),
        statement("Read", ["s3:GetObject"], [text(BUCKET_ARN, f"/{prefix}") for prefix in prefixes[:2]]),
        statement("Report", ["s3:PutObject"], [text(BUCKET_ARN, f"/{prefixes[2]}")]),
        statement("Key", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], [KEY_ARN]),
        # for the disk of the instance
        statement("Disk", ["kms:CreateGrant"], [KEY_ARN], condition=_when("Bool", "kms:GrantIsForAWSResource", "true")),
        statement("Image", pull, [image]),
        statement("Registry", ["ecr:GetAuthorizationToken"], ["*"]),
        statement("Log", log, [logs]),
        statement(
            "Metrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            condition=_when("StringLike", "cloudwatch:namespace", "aws/sagemaker/*", "/aws/sagemaker/*"),
        ),
    ]


def _when(test: str, variable: str, *values: str) -> Tree:
    return {"test": test, "variable": variable, "values": [*values]}


@document(
    "terraform",
    kind="aws_cloudwatch_metric_alarm",
    needs=MONITOR,
    looks=(MONITOR, TOPIC, _DRIFT, _THRESHOLD, *LOOKS),
    places=PLACES,
)
def drift_alarms(
    names: Names,
    stated: Record,
    topic: Value | None,
    drift: bool | None,
    threshold: float | None,
    *tagged: Any,
) -> Result:
    """An alarm for each feature that lies as far from what the model learned from as settings say.

    An alarm searches no metrics by their names, so the features have to be named.
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-search-expressions.html
    """
    if not drift or threshold is None:
        return None
    if (unheard := no_topic(topic, _DRIFT)) is not None:
        return unheard
    features = stated.get("features")
    if not isinstance(features, tuple):
        return Unsupported(
            _DRIFT, ("say in `terraform.model_monitor.features` in tenantc.yaml what models are asked by",)
        )
    found = tags(names, "ai", *tagged)
    measured: dict[str, Tree] = {
        "namespace": _NAMESPACE,
        "dimensions": {"Endpoint": _endpoint(names, stated), "MonitoringSchedule": _SCHEDULE},
        "statistic": "Maximum",
        "period": _DAY_SECONDS,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "threshold": threshold,
    }
    return [
        alarm(
            f"drift-{digest(feature)}",
            names,
            f"Live data has moved away from the training data: {feature}.",
            {**measured, "metric_name": f"feature_baseline_drift_{feature}"},
            found,
        )
        for feature in map(str, features)
    ]
