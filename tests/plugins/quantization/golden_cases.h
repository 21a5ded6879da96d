// The reference outputs of published compressors on fixed matrices (shared/golden/README.md).
#pragma once

#include "core/base/json.h"
#include "core/model/formats/safetensors.h"
#include "tests/test_data.h"

#include <memory>
#include <string>
#include <vector>

namespace paretoscope::test {

// Rows "folder" and "config" for every configuration of every case that has `method`.json; one row
// with an empty folder when there is no reference data.
inline void addGoldenCases(const char* method)
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("config");
    const auto root = goldenFolder() / "compressors";
    if (!std::filesystem::exists(root)) {
        QTest::newRow("no reference data") << QString() << QString();
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
        const auto file = entry.path() / (std::string(method) + ".json");
        if (!std::filesystem::exists(file)) continue;
        const Json configs = readJsonFile(file).at("configs");
        for (const auto& [name, unused] : configs.items())
            QTest::addRow("%s/%s", entry.path().filename().c_str(), name.c_str())
                << QString::fromStdString(entry.path().string()) << QString::fromStdString(name);
    }
}

// One case: y = X Wᵀ with W [rows, columns], and what the published code made of it.
struct GoldenCase {
    Json golden; // of the configuration: "settings", "output_error", ...
    std::string name;
    std::shared_ptr<const SafetensorsFile> expected;
    int64_t rows = 0, columns = 0, tokens = 0;
    std::vector<float> weights, inputs; // [rows, columns], [tokens, columns]
    std::vector<double> covariance;     // Σ x xᵀ [columns, columns]

    GoldenCase(const QString& folder, const QString& config, const char* method) : name(config.toStdString())
    {
        const std::filesystem::path path = folder.toStdString();
        golden = readJsonFile(path / (std::string(method) + ".json")).at("configs").at(name);
        expected = SafetensorsFile::open(path / (std::string(method) + ".safetensors"));
        const auto given = SafetensorsFile::open(path / "inputs.safetensors");
        const Tensor w = given->tensor("W"), x = given->tensor("X");
        rows = w.extent(0), columns = w.extent(1), tokens = x.extent(0);
        weights = w.toFloats(), inputs = x.toFloats();
        covariance.resize(size_t(columns * columns));
        for (int64_t t = 0; t < tokens; ++t)
            for (int64_t a = 0; a < columns; ++a)
                for (int64_t b = 0; b < columns; ++b)
                    covariance[size_t(a * columns + b)] += double(inputs[size_t(t * columns + a)]) * double(inputs[size_t(t * columns + b)]);
    }

    const Json& settings() const { return golden.at("settings"); }
    Tensor tensor(const char* part) const { return expected->tensor(name + "/" + part); }
    // ||X Wᵀ - X Ŵᵀ||², summed.
    double outputError(const std::vector<double>& other) const
    {
        double total = 0;
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t a = 0; a < columns; ++a) {
                double row = 0;
                for (int64_t b = 0; b < columns; ++b) row += covariance[size_t(a * columns + b)] * difference(other, r, b);
                total += difference(other, r, a) * row;
            }
        return total;
    }

private:
    double difference(const std::vector<double>& other, int64_t r, int64_t c) const
    {
        const auto at = size_t(r * columns + c);
        return double(weights[at]) - other[at];
    }
};

} // namespace paretoscope::test
