#include "core/report/foreign/harness_metrics.h"

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/evaluation/metrics/summaries.h"
#include "core/report/foreign_runs.h"

#include <cmath>
#include <set>

namespace paretoscope {

namespace {

struct Row {
    const char* ours;
    const char* theirs;
};
constexpr Row rows[] = {{"accuracy", "acc"}, {"accuracy_norm", "acc_norm"},  {"exact_match", "exact_match"},
                        {"f1", "f1"},        {"brier_score", "brier_score"}, {"bits_per_byte", "bits_per_byte"}};
constexpr const char* lenientFilter = "flexible-extract";

std::string documentName(const Json& line, const std::string& where)
{
    if (line.contains("doc_hash") && line["doc_hash"].is_string())
        return plainName(line["doc_hash"].get<std::string>());
    const Json& id = requireField(line, "doc_id", where);
    if (id.is_string()) return plainName(id.get<std::string>());
    if (!id.is_number_integer()) fail(ErrorCode::BadFile, "{}: 'doc_id' must be a number", where);
    return id.dump();
}

} // namespace

std::optional<std::string> metricFromHarness(const HarnessMetric& metric)
{
    if (metric.metric == "exact_match" && metric.filter == lenientFilter) return "lenient_exact_match";
    for (const Row& row : rows)
        if (metric.metric == row.theirs) return row.ours;
    return std::nullopt;
}

HarnessMetric metricForHarness(const std::string& metric, bool lenient)
{
    if (metric == "lenient_exact_match") return {"exact_match", lenientFilter};
    if (metric == "exact_match" && lenient) return {"exact_match", "strict-match"};
    for (const Row& row : rows)
        if (metric == row.ours) return {row.theirs, "none"};
    return {metric, "none"};
}

std::optional<HarnessMetric> harnessMetric(const std::string& key)
{
    const size_t comma = key.find(',');
    if (comma == std::string::npos || comma == 0) return std::nullopt;
    HarnessMetric metric{key.substr(0, comma), key.substr(comma + 1)};
    if (metric.metric.ends_with("_stderr")) return std::nullopt;
    return metric;
}

std::map<std::string, std::vector<ItemScore>> harnessSamples(const std::string& text, const std::string& task,
                                                             const std::string& name)
{
    std::map<std::string, std::vector<ItemScore>> result;
    std::set<std::pair<std::string, std::string>> seen; // metric, item
    int64_t number = 0;
    for (const Json& line : jsonLines(text, name)) {
        const std::string where = fmt::format("{}: sample {}", name, ++number);
        if (!line.is_object()) fail(ErrorCode::BadFile, "{}: expected a JSON object", where);
        const std::string filter = optionalString(line, "filter", "none", where);
        const std::string document = fmt::format("{}/{}", plainName(task), documentName(line, where));
        for (const auto& [field, value] : line.items()) {
            const auto metric = metricFromHarness({field, filter});
            if (!metric || !(value.is_number() || value.is_boolean())) continue;
            const double score = value.is_boolean() ? double(value.get<bool>()) : value.get<double>();
            if (!std::isfinite(score)) fail(ErrorCode::BadFile, "{}: '{}' is not a number", where, field);
            std::string item = document;
            for (int copy = 2; !seen.emplace(*metric, item).second; ++copy)
                item = fmt::format("{}#{}", document, copy);
            result[*metric].push_back({item, score, 1});
        }
    }
    return result;
}

std::optional<std::string> taskOfSamples(const std::filesystem::path& file)
{
    const std::string name = file.stem().string();
    const size_t end = name.rfind('_');
    if (file.extension() != ".jsonl" || !name.starts_with("samples_") || end < sizeof("samples_")) return std::nullopt;
    return name.substr(sizeof("samples_") - 1, end - (sizeof("samples_") - 1));
}

Measurement measurementOfItems(const std::string& metric, std::vector<ItemScore> items)
{
    Measurement result = metrics::meanOfItems(std::move(items)).value_or(Measurement{});
    result.metric = metric;
    return result;
}

} // namespace paretoscope
