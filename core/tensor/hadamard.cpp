#include "core/tensor/hadamard.h"

#include "core/base/error.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace paretoscope {

namespace {

constexpr int64_t mostPaley = 256;   // a larger F costs more than it flattens
constexpr int64_t mostHartley = 4096;

bool isPrime(int64_t n)
{
    if (n < 2) return false;
    for (int64_t d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
    return true;
}

// Whether `a` is a square modulo the prime q: 1, -1, or 0 for 0 itself.
int legendre(int64_t a, int64_t q)
{
    a = (a % q + q) % q;
    if (a == 0) return 0;
    for (int64_t x = 1; x <= q / 2; ++x)
        if (x * x % q == a) return 1;
    return -1;
}

// [[0, 1ᵀ], [sign · 1, Q]] of order q + 1 with Q_ij = legendre(i - j).
std::vector<int> conferenceMatrix(int64_t q, int sign)
{
    std::vector<int> symbol(static_cast<size_t>(q));
    for (int64_t i = 0; i < q; ++i) symbol[size_t(i)] = legendre(i, q);
    const int64_t n = q + 1;
    std::vector<int> matrix(size_t(n * n), 0);
    for (int64_t i = 0; i < q; ++i) {
        matrix[size_t(i + 1)] = 1;
        matrix[size_t((i + 1) * n)] = sign;
        for (int64_t j = 0; j < q; ++j) matrix[size_t((i + 1) * n + j + 1)] = symbol[size_t((i - j + q) % q)];
    }
    return matrix;
}

// Of elements ±1; empty when neither construction has this order.
std::vector<int> paleyMatrix(int64_t n)
{
    if (n % 4 != 0 || n > mostPaley) return {};
    if (isPrime(n - 1)) { // n - 1 leaves 3 modulo 4: the first construction
        std::vector<int> matrix = conferenceMatrix(n - 1, -1);
        for (int64_t i = 0; i < n; ++i) matrix[size_t(i * n + i)] += 1;
        return matrix;
    }
    const int64_t q = n / 2 - 1;
    if (q % 4 != 1 || !isPrime(q)) return {};
    const std::vector<int> symmetric = conferenceMatrix(q, 1);
    std::vector<int> matrix(size_t(n * n));
    constexpr int sum[2][2] = {{1, 1}, {1, -1}}, diagonal[2][2] = {{1, -1}, {-1, -1}};
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) {
            const int element = symmetric[size_t(i / 2 * (n / 2) + j / 2)];
            matrix[size_t(i * n + j)] = i / 2 == j / 2 ? diagonal[i % 2][j % 2] : element * sum[i % 2][j % 2];
        }
    return matrix;
}

std::vector<float> hartleyMatrix(int64_t n)
{
    std::vector<float> matrix(size_t(n * n));
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) {
            const double angle = 2 * std::numbers::pi * double(i * j % n) / double(n);
            matrix[size_t(i * n + j)] = float((std::cos(angle) + std::sin(angle)) / std::sqrt(double(n)));
        }
    return matrix;
}

} // namespace

HadamardMatrix::HadamardMatrix(int64_t order)
{
    if (order < 1) fail(ErrorCode::Unsupported, "no rotation has the order {}", order);
    const int64_t twos = int64_t{1} << std::countr_zero(uint64_t(order));
    const int64_t odd = order / twos;
    power_ = twos;
    factor_ = {1};
    if (odd == 1) return;
    for (factorOrder_ = odd; factorOrder_ <= odd * twos; factorOrder_ *= 2) {
        const std::vector<int> signs = paleyMatrix(factorOrder_);
        if (signs.empty()) continue;
        power_ = order / factorOrder_;
        factor_.assign(signs.begin(), signs.end());
        for (float& element : factor_) element /= std::sqrt(float(factorOrder_));
        return;
    }
    if (odd > mostHartley)
        fail(ErrorCode::Unsupported, "{} channels have no fast rotation, because their odd part {} is too large", order, odd);
    flat_ = false;
    factorOrder_ = odd;
    factor_ = hartleyMatrix(odd);
}

double HadamardMatrix::at(int64_t row, int64_t column) const
{
    const double factor = double(factor_[size_t(row / power_ * factorOrder_ + column / power_)]);
    const bool negative = std::popcount(uint64_t(row % power_) & uint64_t(column % power_)) % 2 != 0;
    return (negative ? -factor : factor) / std::sqrt(double(power_));
}

} // namespace paretoscope
