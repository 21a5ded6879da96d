// The tiny models of many families, for methods that must fit all of them.
#pragma once

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/inference/session.h"
#include "core/model/open_model.h"
#include "tests/test_data.h"

#include <algorithm>
#include <vector>

namespace paretoscope::test {

// Rows with the column `path`; one with an empty path where there is no reference data.
inline void addGoldenModels()
{
    QTest::addColumn<QString>("path");
    const auto root = goldenFolder() / "models";
    if (!std::filesystem::exists(root)) {
        QTest::newRow("no reference data") << QString();
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(root))
        if (std::filesystem::exists(entry.path() / "golden.json"))
            QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().string());
}

// Null for a family that is not supported.
inline ModelPtr openGoldenModel(const QString& path)
{
    try {
        return openModel(path.toStdString());
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Unsupported) return nullptr;
        throw;
    }
}

// Final hidden states of 24 tokens.
inline std::vector<float> hiddenOf(const ModelPtr& model)
{
    std::vector<int32_t> tokens;
    for (int32_t i = 0; i < 24; ++i) tokens.push_back(int32_t((i * 37 + 11) % model->config.vocabulary));
    Session session(model, cpuBackend());
    const ConstMatrixView hidden = session.hidden(tokens);
    std::vector<float> values;
    for (int64_t r = 0; r < hidden.rows; ++r) values.insert(values.end(), hidden.row(r), hidden.row(r) + hidden.columns);
    return values;
}

inline double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = 0;
    for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

// Bytes as tokens, as many as the vocabulary has.
class ByteTokenizer : public Tokenizer {
public:
    explicit ByteTokenizer(int64_t vocabulary) : vocabulary_(vocabulary) {}

    std::vector<int32_t> encode(std::string_view text, bool, bool) const override
    {
        std::vector<int32_t> ids;
        for (const char c : text) ids.push_back(int32_t(uint8_t(c) % vocabulary_));
        return ids;
    }
    std::string decode(const std::vector<int32_t>& ids, bool) const override { return std::string(ids.begin(), ids.end()); }
    int64_t vocabularySize() const override { return vocabulary_; }
    std::string piece(int32_t id) const override { return std::string(1, char(id)); }
    std::optional<int32_t> idOf(std::string_view) const override { return {}; }
    bool isSpecial(int32_t) const override { return false; }
    std::string kind() const override { return "bytes"; }
    std::optional<int32_t> beginToken() const override { return {}; }
    std::optional<int32_t> endToken() const override { return {}; }

private:
    int64_t vocabulary_;
};

} // namespace paretoscope::test

// First statements of a test over addGoldenModels: defines `model`, or skips with the reason.
#define PARETOSCOPE_GOLDEN_MODEL()                                                                 \
    QFETCH(QString, path);                                                                         \
    if (path.isEmpty()) QSKIP("reference data not found");                                         \
    const paretoscope::ModelPtr model = paretoscope::test::openGoldenModel(path);                  \
    if (!model) QSKIP("the family is not supported")
