// Tables of metrics, tasks, families, formats and reports: complete, unique, and in step.
#include "all_families.h"
#include "core/base/json.h"
#include "core/evaluation/metric.h"
#include "core/evaluation/task.h"
#include "core/model/architecture.h"
#include "core/model/open_model.h"
#include "core/report/report.h"
#include "tests/test_data.h"

#include <set>

using namespace paretoscope;

class RegistryConformanceTest : public QObject {
    Q_OBJECT

private slots:
    // The fixed words that other programs rely on.
    void metricsHaveTheirFixedNames()
    {
        for (const char* name :
             {"perplexity", "nll_per_token", "bits_per_byte", "weight_bytes", "file_bytes", "bits_per_weight",
              "kv_bytes_per_token", "peak_memory_bytes", "prefill_tokens_per_second", "decode_tokens_per_second",
              "time_to_first_token_ms", "flops_per_token", "compress_seconds"})
            QVERIFY2(findMetric(name), name);
    }

    void metricsDescribeThemselves()
    {
        std::set<std::string> names;
        for (const Metric* metric : metrics::all()) {
            QVERIFY2(names.insert(metric->info.name).second, metric->info.name.c_str());
            QVERIFY(!metric->info.title.empty() && metric->info.description.ends_with("."));
            QVERIFY(!metric->measure(Evidence{})); // nothing seen, nothing claimed
        }
    }

    void tasksFeedMetricsThatExist()
    {
        std::set<std::string> ids, fed;
        for (const Task* task : tasks::all()) {
            QVERIFY(ids.insert(task->info.id).second);
            QVERIFY(!task->info.name.empty() && task->info.summary.ends_with("."));
            for (const std::string& metric : task->info.metrics) {
                QVERIFY2(findMetric(metric), metric.c_str());
                fed.insert(metric);
            }
            completeSettings(task->parameters, Json::object(), task->info.id);
        }
        for (const Metric* metric : metrics::all()) QVERIFY2(fed.contains(metric->info.name), metric->info.name.c_str());
    }

    void familiesAreUnique()
    {
        std::set<std::string> ids, classes;
        for (const Architecture* row : architectures::all()) {
            QVERIFY(ids.insert(row->id).second);
            QVERIFY(row->configure && row->load && !row->classNames.empty());
            for (const std::string& name : row->classNames) QVERIFY2(classes.insert(name).second, name.c_str());
        }
    }

    void formatsAndReportsAreUnique()
    {
        std::set<std::string> formatIds, extensions;
        for (const ModelFormat* row : formats::all()) {
            QVERIFY(formatIds.insert(row->id).second);
            QVERIFY(row->recognizes && row->open && !row->description.empty());
        }
        for (const Report* row : reports::all()) {
            QVERIFY(extensions.insert(row->extension).second);
            QVERIFY(!row->write({}).empty() || row->id == "csv"); // an empty table is still a document
        }
    }
};

QTEST_GUILESS_MAIN(RegistryConformanceTest)
#include "registry_conformance_test.moc"
