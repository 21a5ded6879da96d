#include "core/backend/linear_algebra.h"

#include "core/base/error.h"

#include <limits>

extern "C" {
void dpotrf_(const char* triangle, const int* n, double* matrix, const int* stride, int* info);
void dpotri_(const char* triangle, const int* n, double* matrix, const int* stride, int* info);
}

namespace paretoscope {

std::vector<double> upperFactorOfInverse(std::vector<double> matrix, int64_t n)
{
    if (n < 0 || n > std::numeric_limits<int>::max() || int64_t(matrix.size()) != n * n)
        fail(ErrorCode::Internal, "a matrix of {} numbers is not {} by {}", matrix.size(), n, n);
    // LAPACK counts by columns, so its lower triangle is the upper one here.
    const auto order = int(n);
    int info = 0;
    dpotrf_("L", &order, matrix.data(), &order, &info);
    if (info == 0) dpotri_("L", &order, matrix.data(), &order, &info);
    if (info == 0) dpotrf_("L", &order, matrix.data(), &order, &info);
    if (info != 0) return {};
    for (int64_t r = 1; r < n; ++r)
        for (int64_t c = 0; c < r; ++c) matrix[size_t(r * n + c)] = 0;
    return matrix;
}

} // namespace paretoscope
