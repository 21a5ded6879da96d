#include "core/backend/cpu/codebook_kernels.h"

#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/packed_view.h"
#include "core/base/error.h"

#include <algorithm>

namespace paretoscope::cpu {

namespace {

// Codes [begin, begin + count) of a row as bytes: the stored ones, or unpacked into this thread's buffer.
// `begin` is a multiple of 8.
const uint8_t* codeBytes(const CodebookMatrix& weight, int64_t row, int64_t begin, int64_t count)
{
    const auto* stored = reinterpret_cast<const uint8_t*>(weight.codes.bytes().data()) + row * weight.rowBytes();
    if (weight.bits == 8) return stored + begin;
    const int64_t packed = packedBytes(count, weight.bits);
    auto* memory = reinterpret_cast<uint8_t*>(workFloats(WorkSlot::Codes, size_t((packed + packedOverread + count + unpackOverwrite) / 4 + 1)));
    std::copy_n(stored + begin / 8 * weight.bits, packed, memory); // where the kernel may read on
    uint8_t* bytes = memory + packed + packedOverread;
    unpackToBytes(memory, weight.bits, count, bytes);
    return bytes;
}

// Codebooks and scales as f32, in this thread's buffer; scales is null where there are none.
struct Numbers {
    const float* books;
    const float* scales;
};

Numbers numbersOf(const CodebookMatrix& weight)
{
    const int64_t books = weight.codebooks.count();
    float* memory = workFloats(WorkSlot::Accumulator, size_t(books + weight.rows));
    const auto convertInto = [](const Tensor& tensor, float* to) {
        convertElements(DType::F16, reinterpret_cast<const uint8_t*>(tensor.bytes().data()), tensor.count(), to);
    };
    convertInto(weight.codebooks, memory);
    if (weight.scales.empty()) return {memory, nullptr};
    convertInto(weight.scales, memory + books);
    return {memory, memory + books};
}

// One activation row through tables of its products with the codebooks; rows [begin, end) share a set.
void lookUpRows(const CodebookMatrix& weight, const float* books, const float* x, int64_t begin, int64_t end, float* y)
{
    const int64_t entries = weight.entries();
    float* products = workFloats(WorkSlot::Activations, size_t(weight.codesOfRow() * entries));
    parallelFor(weight.groups(), rowGrain(weight.setFloats(), 1), [&](int64_t first, int64_t last) {
        codebookProducts(weight, books, x, first, last, products);
    });
    parallelFor(end - begin, rowGrain(4 * weight.codesOfRow(), 1), [&](int64_t first, int64_t last) {
        for (int64_t r = begin + first; r < begin + last; ++r) {
            const uint8_t* codes = codeBytes(weight, r, 0, weight.codesOfRow());
            y[r] = sumOfCodes(codes, weight.codesOfRow(), entries, products);
        }
    });
}

// Tables pay for groups of more than one vector, when more rows than codebook entries use them, and while
// they stay in the cache. Else codebook vectors are added up in registers.
bool wantsTables(const CodebookMatrix& weight)
{
    constexpr int64_t mostFloats = 1 << 18, vector = 8;
    return weight.groupSize > vector && std::min(weight.setRows, weight.rows) > weight.entries() &&
           weight.codesOfRow() * weight.entries() <= mostFloats;
}

void dotRows(const CodebookMatrix& weight, const float* books, const float* x, float* y)
{
    parallelFor(weight.rows, rowGrain(weight.columns, 1), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
            y[r] = dotOfGroups(weight, books + r / weight.setRows * weight.setFloats(),
                               codeBytes(weight, r, 0, weight.codesOfRow()), x);
    });
}

} // namespace

void linearCodebook(ConstMatrixView x, const CodebookMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "a map of codebooks [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (y.rows == 0) return;
    const Numbers numbers = numbersOf(weight);
    if (x.rows == 1) {
        const bool tables = wantsTables(weight);
        if (!tables) dotRows(weight, numbers.books, x.data, y.data);
        for (int64_t begin = 0; tables && begin < weight.rows; begin += weight.setRows)
            lookUpRows(weight, numbers.books + begin / weight.setRows * weight.setFloats(), x.data, begin,
                       std::min(weight.rows, begin + weight.setRows), y.data);
        for (int64_t n = 0; n < y.columns; ++n)
            y.data[n] = y.data[n] * (numbers.scales ? numbers.scales[n] : 1) + (bias ? bias[n] : 0);
        return;
    }
    static_assert(fewRowsBlock % 64 == 0); // strips begin on groups
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        const int64_t first = column / weight.groupSize * weight.books, count = columns / weight.groupSize * weight.books;
        for (int64_t r = row; r < row + rows; ++r)
            expandGroups(weight, numbers.books + r / weight.setRows * weight.setFloats(), codeBytes(weight, r, first, count),
                         columns / weight.groupSize, numbers.scales ? numbers.scales[r] : 1, out + (r - row) * columns);
    });
}

} // namespace paretoscope::cpu
