#include "app/window/chart_editor.h"

#include "app/dialogs.h"
#include "app/services/workspace.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_parse.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/forms/number_spin_box.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>

#include <algorithm>
#include <array>
#include <chrono>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

constexpr std::chrono::milliseconds pause{120};

struct PageSize {
    const char* name;
    double width, height, font; // points
};
// Widths as journals ask for them: 3.4 and 7 inches.
constexpr std::array<PageSize, 4> pageSizes{{{QT_TRANSLATE_NOOP("ChartEditor", "One column, 3.4 in"), 245, 190, 7},
                                             {QT_TRANSLATE_NOOP("ChartEditor", "Two columns, 7 in"), 504, 320, 9},
                                             {QT_TRANSLATE_NOOP("ChartEditor", "Screen or slide, 10 in"), 720, 460, 12},
                                             {QT_TRANSLATE_NOOP("ChartEditor", "As given below"), 0, 0, 0}}};
constexpr int ownSize = 3;

QWidget* pairOf(QWidget* first, const QString& between, QWidget* second, QWidget* parent)
{
    auto* box = new QWidget(parent);
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing().small);
    layout->addWidget(first, 1);
    layout->addWidget(makeLabel(between, "muted", box, false));
    layout->addWidget(second, 1);
    return box;
}

} // namespace

ChartEditor::ChartEditor(Workspace& workspace, Source source, QWidget* window)
    : QDialog(window)
    , workspace_(workspace)
    , source_(std::move(source))
    , notice_(new NoticeBar(this))
    , title_(new QLineEdit(this))
    , xLabel_(new QLineEdit(this))
    , yLabel_(new QLineEdit(this))
    , xFrom_(new QLineEdit(this))
    , xTo_(new QLineEdit(this))
    , yFrom_(new QLineEdit(this))
    , yTo_(new QLineEdit(this))
    , legend_(new QComboBox(this))
    , size_(new QComboBox(this))
    , width_(new NumberSpinBox(true, 100, 4000, this))
    , height_(new NumberSpinBox(true, 100, 4000, this))
    , font_(new NumberSpinBox(false, 4, 40, this))
    , scale_(new NumberSpinBox(false, 0.5, 10, this))
    , caption_(new QCheckBox(tr("Say where the numbers come from"), this))
    , preview_(new QLabel(this))
    , copy_(new QPushButton(themeIcon(u"copy"_s), tr("Copy picture"), this))
    , save_(makePrimaryButton(tr("Export…"), this))
{
    setWindowTitle(tr("Chart for a page"));
    auto* area = new QScrollArea(this);
    area->setWidget(buildForm());
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFixedWidth(charactersWide(46));
    area->setFocusPolicy(Qt::NoFocus);
    preview_->setAlignment(Qt::AlignCenter);
    preview_->setMinimumSize(charactersWide(30), charactersWide(20));
    preview_->setAccessibleName(tr("Preview of the chart"));
    preview_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Ignored);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(spacing().panel());
    buttons->setSpacing(spacing().small);
    buttons->addWidget(makeLabel(tr("White paper, dark ink, the colours of the light window."), "muted", this, false),
                       1);
    buttons->addWidget(copy_);
    buttons->addWidget(save_);
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(preview_, 1);
    right->addLayout(buttons);
    auto* both = new QHBoxLayout;
    both->addWidget(area);
    both->addLayout(right, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(notice_);
    layout->addLayout(both, 1);
    resize(charactersWide(130), charactersWide(74));
    restoreGeometry(workspace_.settings().get(settings::chartEditor));
    connect(this, &QDialog::finished, this, [this] { workspace_.settings().set(settings::chartEditor, saveGeometry()); });
    connectAll();
    recall();
}

QWidget* ChartEditor::buildForm()
{
    auto* form = new QWidget(this);
    auto* rows = new QFormLayout(form);
    rows->setContentsMargins(spacing().panel());
    rows->setRowWrapPolicy(QFormLayout::WrapLongRows);
    legend_->addItems({tr("Where there is room"), tr("Top left"), tr("Top right"), tr("Bottom left"),
                       tr("Bottom right"), tr("None")});
    for (const PageSize& size : pageSizes)
        size_->addItem(tr(size.name));
    for (QLineEdit* field : {xFrom_, xTo_, yFrom_, yTo_})
        field->setPlaceholderText(tr("fits"));
    for (QLineEdit* field : {xLabel_, yLabel_})
        field->setPlaceholderText(tr("the metric's name"));
    title_->setPlaceholderText(tr("none"));
    width_->setSuffix(tr(" pt"));
    height_->setSuffix(tr(" pt"));
    font_->setSuffix(tr(" pt"));
    const std::array<std::pair<QWidget*, QString>, 8> names{{{xFrom_, tr("x axis from")},
                                                             {xTo_, tr("x axis to")},
                                                             {yFrom_, tr("y axis from")},
                                                             {yTo_, tr("y axis to")},
                                                             {width_, tr("Width in points")},
                                                             {height_, tr("Height in points")},
                                                             {font_, tr("Size of the font")},
                                                             {scale_, tr("Pixels a point")}}};
    for (const auto& [widget, name] : names)
        widget->setAccessibleName(name);
    rows->addRow(tr("&Title"), title_);
    rows->addRow(tr("&x axis"), xLabel_);
    rows->addRow(QString(), pairOf(xFrom_, tr("to"), xTo_, form));
    rows->addRow(tr("&y axis"), yLabel_);
    rows->addRow(QString(), pairOf(yFrom_, tr("to"), yTo_, form));
    rows->addRow(tr("&Legend"), legend_);
    rows->addRow(tr("&Size"), size_);
    rows->addRow(QString(), pairOf(width_, tr("×"), height_, form));
    rows->addRow(tr("&Font"), font_);
    rows->addRow(tr("&Pixels a point"), scale_);
    rows->addRow(QString(), caption_);
    return form;
}

void ChartEditor::connectAll()
{
    pause_.setSingleShot(true);
    pause_.setInterval(pause);
    connect(&pause_, &QTimer::timeout, this, &ChartEditor::draw);
    for (QLineEdit* field : {title_, xLabel_, yLabel_, xFrom_, xTo_, yFrom_, yTo_})
        connect(field, &QLineEdit::textChanged, this, &ChartEditor::refresh);
    for (NumberSpinBox* box : {width_, height_, font_, scale_})
        connect(box, &QDoubleSpinBox::valueChanged, this, &ChartEditor::refresh);
    connect(legend_, &QComboBox::currentIndexChanged, this, &ChartEditor::refresh);
    connect(caption_, &QCheckBox::toggled, this, &ChartEditor::refresh);
    connect(size_, &QComboBox::currentIndexChanged, this, &ChartEditor::applySize);
    for (NumberSpinBox* box : {width_, height_})
        connect(box, &QDoubleSpinBox::valueChanged, this, [this] {
            const PageSize& chosen = pageSizes[size_t(size_->currentIndex())];
            if (width_->value() != chosen.width || height_->value() != chosen.height) size_->setCurrentIndex(ownSize);
        });
    connect(copy_, &QPushButton::clicked, this, &ChartEditor::copy);
    connect(save_, &QPushButton::clicked, this, &ChartEditor::save);
    connect(&workspace_, &Workspace::snapshotChanged, this, &ChartEditor::refresh);
}

void ChartEditor::applySize()
{
    const PageSize& chosen = pageSizes[size_t(size_->currentIndex())];
    if (chosen.width > 0) {
        const QSignalBlocker quietWidth(width_), quietHeight(height_), quietFont(font_);
        width_->setValue(chosen.width);
        height_->setValue(chosen.height);
        font_->setValue(chosen.font);
    }
    refresh();
}

std::optional<double> ChartEditor::endOf(const QLineEdit* field, const MetricInfo& info) const
{
    return parseMetric(info, field->text());
}

ChartExportOptions ChartEditor::options() const
{
    const FrontierChartData& chart = source_();
    ChartExportOptions options;
    options.widthPoints = width_->value();
    options.heightPoints = height_->value();
    options.fontPoints = font_->value();
    options.scale = scale_->value();
    options.title = fromQt(title_->text().trimmed());
    options.xLabel = fromQt(xLabel_->text().trimmed());
    options.yLabel = fromQt(yLabel_->text().trimmed());
    options.xFrom = endOf(xFrom_, chart.x.metric);
    options.xTo = endOf(xTo_, chart.x.metric);
    options.yFrom = endOf(yFrom_, chart.y.metric);
    options.yTo = endOf(yTo_, chart.y.metric);
    options.legend = LegendPlace(legend_->currentIndex());
    if (caption_->isChecked())
        options.caption =
            frontierCaption(chart, workspace_.store() ? workspace_.store()->path().string() : std::string());
    return options;
}

void ChartEditor::refresh()
{
    pause_.start();
}

void ChartEditor::draw()
{
    if (!isVisible()) return;
    try {
        picture_ = frontierChartImage(source_(), options());
        notice_->hide();
    } catch (const Error& error) {
        picture_ = QImage();
        notice_->showError(toQt(error.what()));
    }
    copy_->setEnabled(!picture_.isNull());
    save_->setEnabled(!picture_.isNull());
    showPicture();
}

QSize ChartEditor::previewSize() const
{
    return picture_.size();
}

// Smaller than it is where there is no room, never larger than its pixels.
void ChartEditor::showPicture()
{
    if (picture_.isNull()) {
        preview_->clear();
        return;
    }
    const double ratio = devicePixelRatioF();
    const QSize natural = picture_.size();
    const QSize room = preview_->size() - QSize(2 * spacing().medium, 2 * spacing().medium);
    QSize shown = natural;
    if (natural.width() > room.width() || natural.height() > room.height()) shown.scale(room, Qt::KeepAspectRatio);
    QPixmap picture = QPixmap::fromImage(picture_.scaled(shown * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    picture.setDevicePixelRatio(ratio);
    preview_->setPixmap(picture);
}

void ChartEditor::showEvent(QShowEvent* event)
{
    QDialog::showEvent(event);
    draw();
}

void ChartEditor::resizeEvent(QResizeEvent* event)
{
    QDialog::resizeEvent(event);
    showPicture();
}

void ChartEditor::copy()
{
    draw();
    if (picture_.isNull()) return;
    QGuiApplication::clipboard()->setImage(picture_);
    remember();
    notice_->showInfo(
        tr("The picture is on the clipboard, %1 × %2 pixels.").arg(picture_.width()).arg(picture_.height()));
}

void ChartEditor::save()
{
    const QString folder = workspace_.settings().get(settings::lastFolder);
    QString file = dialogs::saveFile(this, tr("Export the chart"), QDir(folder).filePath(u"chart.svg"_s),
                                     tr("SVG, vectors (*.svg);;PDF (*.pdf);;PNG, pixels (*.png)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += u".svg"_s;
    workspace_.settings().set(settings::lastFolder, QFileInfo(file).absolutePath());
    remember();
    try {
        exportFrontierChart(source_(), fromQt(file), options());
        notice_->showInfo(tr("The chart is in '%1'.").arg(file));
    } catch (const Error& error) {
        notice_->showError(toQt(error.what()));
    }
}

void ChartEditor::remember()
{
    const Json kept{{"width", width_->value()},        {"height", height_->value()},
                    {"font", font_->value()},          {"scale", scale_->value()},
                    {"size", size_->currentIndex()},   {"legend", legend_->currentIndex()},
                    {"caption", caption_->isChecked()}};
    workspace_.settings().set(settings::chartExport, toQt(kept.dump()));
}

void ChartEditor::recall()
{
    const Json kept = Json::parse(fromQt(workspace_.settings().get(settings::chartExport)), nullptr, false);
    const auto number = [&](const char* name, double fallback) {
        const auto found = kept.is_object() ? kept.find(name) : kept.end();
        return kept.is_object() && found != kept.end() && found->is_number() ? found->get<double>() : fallback;
    };
    scale_->setValue(number("scale", 2));
    legend_->setCurrentIndex(std::clamp(int(number("legend", 0)), 0, legend_->count() - 1));
    caption_->setChecked(!kept.is_object() || kept.value("caption", true));
    size_->setCurrentIndex(std::clamp(int(number("size", 2)), 0, ownSize));
    applySize();
    if (size_->currentIndex() == ownSize) {
        width_->setValue(number("width", 720));
        height_->setValue(number("height", 460));
    }
    font_->setValue(number("font", font_->value() >= 4 ? font_->value() : 12));
}

} // namespace paretoscope
