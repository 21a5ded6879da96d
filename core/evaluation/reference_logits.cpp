#include "core/evaluation/reference_logits.h"

#include "core/base/error.h"
#include "core/base/fingerprint.h"
#include "core/base/random.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace paretoscope {

namespace {

constexpr char magic[8] = {'P', 'S', 'R', 'E', 'F', 'L', 'G', '1'};
constexpr double stepsPerNat = 2048;
constexpr size_t fingerprintDigits = 32; // of everything before them, at the end of the file

struct Header {
    char magic[8];
    int64_t vocabulary, kept, drawn, positions;
};

// A record: top token, probability mass of the rest, target's log-probability, then kept and drawn
// tokens (4 bytes each) and their log-probabilities (2 bytes each).
struct RecordHead {
    int32_t top;
    float rest;
    float targetLogProbability;
};

uint16_t encoded(double logProbability)
{
    return uint16_t(std::lround(std::clamp(-logProbability * stepsPerNat, 0.0, 65535.0)));
}

double decoded(uint16_t code)
{
    return -double(code) / stepsPerNat;
}

template <typename T>
void append(std::vector<std::byte>& bytes, const T* values, size_t count)
{
    const auto* from = reinterpret_cast<const std::byte*>(values);
    bytes.insert(bytes.end(), from, from + count * sizeof(T));
}

template <typename T>
T valueAt(const std::byte* from, int64_t index)
{
    T value;
    std::memcpy(&value, from + size_t(index) * sizeof(T), sizeof(T));
    return value;
}

} // namespace

int64_t ReferenceShape::bytesPerPosition() const
{
    return int64_t(sizeof(RecordHead)) + (kept + drawn) * int64_t(sizeof(int32_t) + sizeof(uint16_t));
}

ReferenceShape referenceShape(int64_t vocabulary)
{
    constexpr int64_t fewest = 16;
    const int64_t budget = vocabulary * int64_t(sizeof(uint16_t)) / 10 - int64_t(sizeof(RecordHead));
    const int64_t tokens = std::clamp<int64_t>(budget / 6, fewest, 256);
    if (tokens >= vocabulary) return {vocabulary, vocabulary, 0};
    const int64_t drawn = tokens / 3;
    return {vocabulary, tokens - drawn, drawn};
}

ReferenceWriter::ReferenceWriter(const ReferenceShape& shape, uint64_t seed)
    : shape_(shape)
    , seed_(seed)
    , order_(size_t(shape.vocabulary))
    , isKept_(size_t(shape.vocabulary))
{
}

void ReferenceWriter::add(const PositionLogits& position)
{
    const auto logP = [&](int32_t token) { return double(position.logits[size_t(token)]) - position.logSumExp; };
    std::iota(order_.begin(), order_.end(), 0);
    // Ties go to the lower number, as when tokens are chosen.
    std::partial_sort(order_.begin(), order_.begin() + shape_.kept, order_.end(), [&](int32_t a, int32_t b) {
        const float x = position.logits[size_t(a)], y = position.logits[size_t(b)];
        return x != y ? x > y : a < b;
    });
    std::vector<int32_t> tokens(order_.begin(), order_.begin() + shape_.kept);
    double keptMass = 0;
    for (const int32_t token : tokens) keptMass += std::exp(logP(token));
    const double rest = std::max(0.0, 1 - keptMass);
    if (shape_.drawn > 0) drawRest(position, rest, tokens);
    std::vector<uint16_t> codes;
    for (const int32_t token : tokens) codes.push_back(encoded(logP(token)));
    const RecordHead head{tokens.front(), float(rest), float(logP(position.target))};
    append(records_, &head, 1);
    append(records_, tokens.data(), tokens.size());
    append(records_, codes.data(), codes.size());
    ++positions_;
}

// Systematic sampling: steps of equal probability through the rest in the order of token numbers.
void ReferenceWriter::drawRest(const PositionLogits& position, double mass, std::vector<int32_t>& tokens)
{
    for (const int32_t token : tokens) isKept_[size_t(token)] = true;
    const size_t wanted = tokens.size() + size_t(shape_.drawn);
    const double step = mass / double(shape_.drawn);
    double next = step * Random(seed_, "reference logits", uint64_t(positions_)).uniform();
    double passed = 0;
    int32_t last = tokens.back();
    for (int32_t token = 0; token < shape_.vocabulary; ++token) {
        if (isKept_[size_t(token)]) continue;
        last = token;
        passed += std::exp(double(position.logits[size_t(token)]) - position.logSumExp);
        for (; next < passed && tokens.size() < wanted; next += step) tokens.push_back(token);
    }
    for (int64_t i = 0; i < shape_.kept; ++i) isKept_[size_t(tokens[size_t(i)])] = false;
    tokens.resize(wanted, last); // the masses are sums in different orders
}

void ReferenceWriter::write(Sink& sink) const
{
    Header header{{}, shape_.vocabulary, shape_.kept, shape_.drawn, positions_};
    std::memcpy(header.magic, magic, sizeof(magic));
    const auto head = std::as_bytes(std::span(&header, 1));
    sink.write(head);
    sink.write(records_);
    sink.write(Fingerprint().add(head).add(std::span<const std::byte>(records_)).hex());
}

ReferenceLogits ReferenceLogits::open(const std::filesystem::path& file)
{
    ReferenceLogits result;
    result.file_ = MappedFile::open(file);
    const std::span<const std::byte> bytes = result.file_->bytes();
    const auto damaged = [&] { fail(ErrorCode::BadFile, "'{}' is damaged", file.string()); };
    if (bytes.size() < sizeof(Header) + fingerprintDigits) damaged();
    const auto header = valueAt<Header>(bytes.data(), 0);
    constexpr int64_t most = int64_t{1} << 31;
    const bool plausible = std::memcmp(header.magic, magic, sizeof(magic)) == 0 && header.vocabulary > 0 &&
                           header.vocabulary < most && header.kept > 0 && header.drawn >= 0 &&
                           header.kept + header.drawn <= header.vocabulary && header.positions >= 0 &&
                           header.positions < most;
    if (!plausible) damaged();
    result.shape_ = {header.vocabulary, header.kept, header.drawn};
    result.positions_ = header.positions;
    const uint64_t records = uint64_t(header.positions) * uint64_t(result.shape_.bytesPerPosition());
    if (uint64_t(bytes.size()) != sizeof(Header) + records + fingerprintDigits) damaged();
    const std::string seen
        = Fingerprint().add(bytes.first(sizeof(Header))).add(bytes.subspan(sizeof(Header), size_t(records))).hex();
    if (std::memcmp(seen.data(), bytes.data() + bytes.size() - fingerprintDigits, fingerprintDigits) != 0) damaged();
    return result;
}

PositionFidelity ReferenceLogits::compare(int64_t index, const PositionLogits& other) const
{
    if (index < 0 || index >= positions_ || int64_t(other.logits.size()) != shape_.vocabulary)
        fail(ErrorCode::Internal, "reference position {} of {}", index, positions_);
    const std::byte* record = file_->bytes().data() + sizeof(Header) + size_t(index * shape_.bytesPerPosition());
    const auto head = valueAt<RecordHead>(record, 0);
    PositionFidelity result;
    double otherKept = 0;
    for (int64_t i = 0; i < shape_.kept; ++i) {
        const Pair pair = pairAt(record, i, other);
        result.klDivergence += std::exp(pair.logP) * excess(pair);
        otherKept += std::exp(pair.logQ);
    }
    if (shape_.drawn > 0) addRest(record, other, double(head.rest), 1 - otherKept, result);
    const auto top = int32_t(std::max_element(other.logits.begin(), other.logits.end()) - other.logits.begin());
    result.sameTop = top == head.top;
    result.probabilityChange = std::exp(double(other.logits[size_t(other.target)]) - other.logSumExp) -
                               std::exp(double(head.targetLogProbability));
    return result;
}

// Which estimate serves is decided by the kept tokens alone, so that either stays without bias.
void ReferenceLogits::addRest(const std::byte* record, const PositionLogits& other, double mass,
                              double otherMass, PositionFidelity& result) const
{
    constexpr double farApart = 0.05; // nat
    const bool far = result.klDivergence > farApart;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < shape_.drawn; ++i) {
        const Pair pair = pairAt(record, shape_.kept + i, other);
        const double value = far ? pair.logP - pair.logQ : excess(pair);
        sum += value;
        squares += value * value;
    }
    const auto count = double(shape_.drawn);
    const double mean = sum / count;
    result.klDivergence += mass * mean + (far ? otherMass - mass : 0);
    if (shape_.drawn > 1)
        result.klVariance = mass * mass * std::max(0.0, squares / count - mean * mean) / (count - 1);
}

ReferenceLogits::Pair ReferenceLogits::pairAt(const std::byte* record, int64_t i, const PositionLogits& other) const
{
    const std::byte* tokens = record + sizeof(RecordHead);
    const std::byte* codes = tokens + size_t(shape_.kept + shape_.drawn) * sizeof(int32_t);
    const auto token = valueAt<int32_t>(tokens, i);
    if (token < 0 || token >= shape_.vocabulary) fail(ErrorCode::BadFile, "'{}' is damaged", file_->path().string());
    return {decoded(valueAt<uint16_t>(codes, i)), double(other.logits[size_t(token)]) - other.logSumExp};
}

// f(q/p) of the header.
double ReferenceLogits::excess(const Pair& pair)
{
    const double logRatio = pair.logQ - pair.logP;
    return std::expm1(logRatio) - logRatio;
}

} // namespace paretoscope
