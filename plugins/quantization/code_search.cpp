#include "plugins/quantization/code_search.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

namespace paretoscope::quantization {

namespace {

class Search {
public:
    Search(const Backend& backend, const CodeSearchProblem& problem, std::span<const uint8_t> codes)
        : backend_(backend), p_(problem), start_(codes.begin(), codes.end()), counts_(size_t(p_.rows), 1),
          codes_(size_t(p_.rows * p_.beam * p_.books)), sums_(size_t(p_.rows * p_.beam * p_.groupSize)),
          queries_(sums_.size()), products_(size_t(p_.rows * p_.beam * p_.entries))
    {
        for (int64_t r = 0; r < p_.rows; ++r) {
            std::copy_n(start_.begin() + r * p_.books, p_.books, codesOf(r, 0));
            sumUp(codesOf(r, 0), sumOf(r, 0));
        }
    }

    std::vector<uint8_t> run()
    {
        const std::vector<float> starts = sumsOfFirst();
        for (int64_t m = 0; m < p_.books; ++m) extend(m);
        std::vector<uint8_t> result = start_;
        parallelFor(p_.rows, 64, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r)
                if (cost(r, sumOf(r, 0)) < cost(r, starts.data() + r * p_.groupSize))
                    std::copy_n(codesOf(r, 0), p_.books, result.begin() + r * p_.books);
        });
        return result;
    }

private:
    struct Choice {
        float cost;
        int64_t slot, code;
    };

    uint8_t* codesOf(int64_t row, int64_t slot) { return codes_.data() + (row * p_.beam + slot) * p_.books; }
    float* sumOf(int64_t row, int64_t slot) { return sums_.data() + (row * p_.beam + slot) * p_.groupSize; }
    const float* vectorOf(int64_t book, int64_t code) const
    {
        return p_.codebooks.data() + (book * p_.entries + code) * p_.groupSize;
    }

    void sumUp(const uint8_t* codes, float* sum) const
    {
        std::fill_n(sum, p_.groupSize, 0.0f);
        for (int64_t m = 0; m < p_.books; ++m)
            for (int64_t k = 0; k < p_.groupSize; ++k) sum[k] += vectorOf(m, codes[m])[k];
    }

    std::vector<float> sumsOfFirst()
    {
        std::vector<float> sums;
        for (int64_t r = 0; r < p_.rows; ++r) sums.insert(sums.end(), sumOf(r, 0), sumOf(r, 0) + p_.groupSize);
        return sums;
    }

    // x H x, and x H added to `product` where it is given.
    float square(const float* x, float* product = nullptr) const
    {
        float total = 0;
        for (int64_t a = 0; a < p_.groupSize; ++a) {
            float sum = 0;
            for (int64_t b = 0; b < p_.groupSize; ++b) sum += p_.covariance[size_t(a * p_.groupSize + b)] * x[b];
            total += sum * x[a];
            if (product) product[a] += sum;
        }
        return total;
    }

    float cost(int64_t row, const float* sum) const
    {
        float pull = 0;
        for (int64_t k = 0; k < p_.groupSize; ++k) pull += sum[k] * p_.pulls[size_t(row * p_.groupSize + k)];
        return square(sum) + 2 * pull;
    }

    // Tries every code of one book in every kept combination.
    void extend(int64_t book)
    {
        std::vector<float> squares;
        for (int64_t e = 0; e < p_.entries; ++e) squares.push_back(square(vectorOf(book, e)));
        parallelFor(p_.rows, 64, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; ++r) ask(r, book);
        });
        backend_.gemm(false, true, 1, {queries_.data(), p_.rows * p_.beam, p_.groupSize},
                      {vectorOf(book, 0), p_.entries, p_.groupSize}, false,
                      {products_.data(), p_.rows * p_.beam, p_.entries});
        parallelFor(p_.rows, 16, [&](int64_t begin, int64_t end) {
            std::vector<Choice> best;
            for (int64_t r = begin; r < end; ++r) {
                choose(r, squares, best);
                take(r, book, best);
            }
        });
    }

    // Takes the book's vectors out of the sums; what is left pulls at the vector to come.
    void ask(int64_t row, int64_t book)
    {
        for (int64_t slot = 0; slot < counts_[size_t(row)]; ++slot) {
            float* sum = sumOf(row, slot);
            const float* vector = vectorOf(book, codesOf(row, slot)[book]);
            for (int64_t k = 0; k < p_.groupSize; ++k) sum[k] -= vector[k];
            float* query = queries_.data() + (row * p_.beam + slot) * p_.groupSize;
            std::copy_n(p_.pulls.begin() + row * p_.groupSize, p_.groupSize, query);
            square(sum, query);
        }
    }

    void choose(int64_t row, std::span<const float> squares, std::vector<Choice>& best)
    {
        best.clear();
        for (int64_t slot = 0; slot < counts_[size_t(row)]; ++slot) {
            const float* products = products_.data() + (row * p_.beam + slot) * p_.entries;
            const float base = cost(row, sumOf(row, slot));
            for (int64_t e = 0; e < p_.entries; ++e) {
                const Choice choice{base + squares[size_t(e)] + 2 * products[e], slot, e};
                const bool full = int64_t(best.size()) == p_.beam;
                if (full && !(choice.cost < best.back().cost)) continue;
                if (full) best.pop_back();
                best.insert(std::upper_bound(best.begin(), best.end(), choice,
                                             [](const Choice& a, const Choice& b) { return a.cost < b.cost; }),
                            choice);
            }
        }
    }

    void take(int64_t row, int64_t book, std::span<const Choice> best)
    {
        const std::vector<uint8_t> codes(codesOf(row, 0), codesOf(row, 0) + p_.beam * p_.books);
        const std::vector<float> sums(sumOf(row, 0), sumOf(row, 0) + p_.beam * p_.groupSize);
        counts_[size_t(row)] = int64_t(best.size());
        for (size_t slot = 0; slot < best.size(); ++slot) {
            const Choice& choice = best[slot];
            std::copy_n(codes.begin() + choice.slot * p_.books, p_.books, codesOf(row, int64_t(slot)));
            codesOf(row, int64_t(slot))[book] = uint8_t(choice.code);
            for (int64_t k = 0; k < p_.groupSize; ++k)
                sumOf(row, int64_t(slot))[k] = sums[size_t(choice.slot * p_.groupSize + k)] + vectorOf(book, choice.code)[k];
        }
    }

    const Backend& backend_;
    const CodeSearchProblem& p_;
    std::vector<uint8_t> start_;
    std::vector<int64_t> counts_; // of kept combinations, by row
    std::vector<uint8_t> codes_;  // [rows, beam, books], best first
    std::vector<float> sums_;     // [rows, beam, groupSize]
    std::vector<float> queries_, products_;
};

} // namespace

std::vector<uint8_t> searchCodes(const Backend& backend, const CodeSearchProblem& problem, std::span<const uint8_t> codes)
{
    return Search(backend, problem, codes).run();
}

} // namespace paretoscope::quantization
