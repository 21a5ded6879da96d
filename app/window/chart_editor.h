// A chart made ready for a page: title, axes, legend, size, font, and how it will look.
#pragma once

#include "core/base/json_forward.h"
#include "widgets/charts/chart_export.h"

#include <QDialog>
#include <QImage>
#include <QTimer>

#include <functional>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace paretoscope {

class NoticeBar;
class NumberSpinBox;
class Workspace;

// Not modal: the chart behind goes on, and `refresh` follows it. The last choices of size, font and legend
// are kept in the settings; words and ranges are for one chart.
class ChartEditor : public QDialog {
    Q_OBJECT
public:
    using Source = std::function<const FrontierChartData&()>;
    ChartEditor(Workspace& workspace, Source source, QWidget* window);

    ChartExportOptions options() const;
    void refresh(); // the preview, soon
    void copy();    // the picture to the clipboard
    void save();    // asks where to

    QLineEdit* titleField() const { return title_; }
    QLineEdit* xLabelField() const { return xLabel_; }
    QLineEdit* xToField() const { return xTo_; }
    QComboBox* sizeBox() const { return size_; }
    QComboBox* legendBox() const { return legend_; }
    QPushButton* copyButton() const { return copy_; }
    NoticeBar& notice() const { return *notice_; }
    QSize previewSize() const; // of the picture, in its own pixels

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildForm();
    void connectAll();
    void applySize();
    void draw();
    void showPicture();
    void remember();
    void recall();
    std::optional<double> endOf(const QLineEdit* field, const MetricInfo& info) const;

    Workspace& workspace_;
    Source source_;
    NoticeBar* notice_;
    QLineEdit* title_;
    QLineEdit* xLabel_;
    QLineEdit* yLabel_;
    QLineEdit* xFrom_;
    QLineEdit* xTo_;
    QLineEdit* yFrom_;
    QLineEdit* yTo_;
    QComboBox* legend_;
    QComboBox* size_;
    NumberSpinBox* width_;
    NumberSpinBox* height_;
    NumberSpinBox* font_;
    NumberSpinBox* scale_;
    QCheckBox* caption_;
    QLabel* preview_;
    QPushButton* copy_;
    QPushButton* save_;
    QImage picture_;
    QTimer pause_;
};

} // namespace paretoscope
