// The reference outputs of published compressors: every case and setting below compressors/.
#pragma once

#include "core/base/json.h"
#include "core/model/formats/safetensors.h"
#include "tests/test_data.h"

#include <vector>

namespace paretoscope::test {

// Rows "folder/config" with the columns `folder` and `config` for every setting of `method`; one
// row without a folder where there is no reference data. For a test's _data function.
inline void addGoldenCases(const std::string& method)
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("config");
    const auto root = goldenFolder() / "compressors";
    if (!std::filesystem::exists(root)) {
        QTest::newRow("no reference data") << QString() << QString();
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
        const auto description = entry.path() / (method + ".json");
        if (!std::filesystem::exists(description)) continue;
        const Json configs = readJsonFile(description).at("configs");
        for (const auto& [name, unused] : configs.items())
            QTest::addRow("%s/%s", entry.path().filename().c_str(), name.c_str())
                << QString::fromStdString(entry.path().string()) << QString::fromStdString(name);
    }
}

// One row of addGoldenCases: y = X Wᵀ with W [rows, columns] and X [tokens, columns].
class GoldenCase {
public:
    GoldenCase(const QString& folder, const QString& config, const std::string& method)
        : config_(config.toStdString())
    {
        const std::filesystem::path path = folder.toStdString();
        description_ = readJsonFile(path / (method + ".json")).at("configs").at(config_);
        expected_ = SafetensorsFile::open(path / (method + ".safetensors"));
        const auto inputs = SafetensorsFile::open(path / "inputs.safetensors");
        const Tensor w = inputs->tensor("W"), x = inputs->tensor("X");
        rows = w.extent(0);
        columns = w.extent(1);
        tokens = x.extent(0);
        weights = w.toFloats();
        activations = x.toFloats();
    }

    const Json& settings() const { return description_.at("settings"); }
    double outputError() const { return description_.at("output_error").get<double>(); }
    Tensor expected(const std::string& name) const { return expected_->tensor(config_ + "/" + name); }

    // Σ x xᵀ [columns, columns]
    std::vector<double> covariance() const
    {
        std::vector<double> sum(size_t(columns * columns));
        for (int64_t t = 0; t < tokens; ++t)
            for (int64_t a = 0; a < columns; ++a)
                for (int64_t b = 0; b < columns; ++b)
                    sum[size_t(a * columns + b)] += double(activations[size_t(t * columns + a)]) *
                                                    double(activations[size_t(t * columns + b)]);
        return sum;
    }

    // ||X Wᵀ - X Ŵᵀ||², for ŵ [rows, columns].
    template <class Number> double errorOf(const std::vector<Number>& dense) const
    {
        double error = 0;
        for (int64_t t = 0; t < tokens; ++t)
            for (int64_t n = 0; n < rows; ++n) {
                double difference = 0;
                for (int64_t k = 0; k < columns; ++k) {
                    const auto at = size_t(n * columns + k);
                    difference += double(activations[size_t(t * columns + k)]) * (double(weights[at]) - double(dense[at]));
                }
                error += difference * difference;
            }
        return error;
    }

    int64_t rows = 0, columns = 0, tokens = 0;
    std::vector<float> weights, activations;

private:
    std::string config_;
    Json description_;
    std::shared_ptr<const SafetensorsFile> expected_;
};

} // namespace paretoscope::test

// First statements of a test over addGoldenCases: defines `golden`, or skips with the reason.
#define PARETOSCOPE_GOLDEN_CASE(method)                                                            \
    QFETCH(QString, folder);                                                                       \
    QFETCH(QString, config);                                                                       \
    if (folder.isEmpty()) QSKIP("reference data not found");                                       \
    const paretoscope::test::GoldenCase golden(folder, config, method)
