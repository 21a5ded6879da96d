// Tick positions and labels of chart axes.
#pragma once

#include "widgets/charts/custom_plot.h"

namespace paretoscope {

// Linear axes: QCustomPlot's readable steps, labels in the user's locale.
class LinearTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                         int precision) override;
};

// Logarithmic axes of any width: decades when there are several, 1-2-5 or a linear ladder when
// the range is narrow, so that there are always at least three labels.
class LogTicker : public QCPAxisTicker {
public:
    // Positions only; static, so that it can be tested by itself.
    static QVector<double> ticks(double low, double high, int wanted);

protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    QVector<double> createSubTickVector(int subTickCount, const QVector<double>& ticks) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                         int precision) override;
};

} // namespace paretoscope
