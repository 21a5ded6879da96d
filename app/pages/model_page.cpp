#include "app/pages/model_page.h"

#include "app/services/workspace.h"
#include "core/base/text.h"
#include "core/model/model_summary.h"
#include "widgets/basics/empty_state.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/part_bar.h"
#include "widgets/basics/text.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"

#include <QFormLayout>
#include <QLocale>
#include <QScrollArea>
#include <QStackedWidget>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// "134.5 M": parameters as people say them.
QString count(int64_t number)
{
    if (number >= 1000000000) return formatNumber(double(number) / 1e9) + u" B"_s;
    if (number >= 1000000) return formatNumber(double(number) / 1e6) + u" M"_s;
    if (number >= 1000) return formatNumber(double(number) / 1e3) + u" k"_s;
    return QLocale().toString(qlonglong(number));
}

QString bytes(double amount)
{
    MetricInfo info;
    info.scale = MetricScale::Bytes;
    return formatMetric(info, amount);
}

// "4 heads", or "2 to 4 heads" where blocks differ.
QString rangeOf(const Model& model, int64_t BlockConfig::*member)
{
    int64_t low = 0, high = 0;
    for (const auto& block : model.blocks) {
        const int64_t value = block->config.*member;
        low = low == 0 ? value : std::min(low, value);
        high = std::max(high, value);
    }
    return low == high ? QString::number(high) : ModelPage::tr("%1 to %2").arg(low).arg(high);
}

} // namespace

ModelPage::ModelPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , notice_(new NoticeBar(this))
    , stack_(new QStackedWidget(this))
    , empty_(new EmptyState(u"open-model"_s, tr("No model is open"),
                            tr("Open a Hugging Face folder or a GGUF file, or drop it on this "
                               "window."),
                            this))
    , opening_(new EmptyState(u"open-model"_s, tr("Opening the model…"), QString(), this))
{
    build();
    connect(&workspace_, &Workspace::modelOpening, this, [this] {
        notice_->hide();
        refresh();
    });
    connect(&workspace_, &Workspace::modelOpened, this, &ModelPage::refresh);
    connect(&workspace_, &Workspace::modelFailed, this, [this](const QString& error) {
        notice_->showError(error);
        refresh();
    });
    refresh();
}

void ModelPage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    connect(empty_->addAction(tr("Open a model")), &QPushButton::clicked, this,
            &ModelPage::openModelRequested);
    stack_->addWidget(empty_);
    stack_->addWidget(opening_);
    stack_->addWidget(buildSummary());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(notice_);
    layout->addWidget(stack_, 1);
}

QWidget* ModelPage::buildSummary()
{
    auto* area = new QScrollArea(this);
    auto* content = new QWidget(area);
    title_ = makeLabel(QString(), "heading", content);
    path_ = makeLabel(QString(), "muted", content);
    path_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    parts_ = new PartBar(content);
    facts_ = new QFormLayout;
    facts_->setHorizontalSpacing(spacing().medium);
    facts_->setVerticalSpacing(spacing().tiny);
    warnings_ = makeLabel(QString(), "warning", content);
    auto* start = makePrimaryButton(tr("New experiment on this model"), content);
    connect(start, &QPushButton::clicked, this, &ModelPage::newExperimentRequested);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(spacing().panel());
    layout->setSpacing(spacing().small);
    layout->addWidget(title_);
    layout->addWidget(path_);
    layout->addSpacing(spacing().small);
    layout->addLayout(facts_);
    layout->addSpacing(spacing().small);
    layout->addWidget(makeLabel(tr("Parameters by part"), "title", content));
    layout->addWidget(parts_);
    layout->addWidget(warnings_);
    layout->addSpacing(spacing().small);
    layout->addWidget(start, 0, Qt::AlignLeft);
    layout->addStretch();
    area->setWidget(content);
    area->setWidgetResizable(true);
    area->setFocusPolicy(Qt::NoFocus);
    content->setProperty("role", u"surface"_s);
    return area;
}

QString ModelPage::title() const { return title_->text(); }

void ModelPage::addFact(const QString& name, const QString& value)
{
    auto* label = makeLabel(value, "", this);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    facts_->addRow(makeLabel(name, "muted", this, false), label);
}

void ModelPage::refresh()
{
    if (workspace_.openingModel()) {
        opening_->setText(tr("Opening the model…"), workspace_.modelBeingOpened());
        stack_->setCurrentWidget(opening_);
        return;
    }
    if (!workspace_.model()) {
        stack_->setCurrentWidget(empty_);
        return;
    }
    fillFacts();
    stack_->setCurrentIndex(2);
}

void ModelPage::fillFacts()
{
    const Model& model = *workspace_.model();
    const ModelConfig& config = model.config;
    title_->setText(toQt(model.name));
    path_->setText(workspace_.modelPath());
    while (facts_->rowCount() > 0) facts_->removeRow(0);
    const ParameterCounts counts = countParameters(model);
    const double weights = double(weightBytes(model));
    addFact(tr("Architecture"), tr("%1, %2 blocks").arg(toQt(config.architecture)).arg(model.blocks.size()));
    addFact(tr("Parameters"), count(counts.total));
    addFact(tr("Weights"), tr("%1 as %2").arg(bytes(weights), toQt(dominantForm(model))));
    addFact(tr("Width"), tr("%1 hidden, %2 feed-forward")
                             .arg(config.hidden)
                             .arg(rangeOf(model, &BlockConfig::feedForward)));
    addFact(tr("Heads"), tr("%1 query, %2 key-value")
                             .arg(rangeOf(model, &BlockConfig::heads), rangeOf(model, &BlockConfig::kvHeads)));
    const double kv = double(config.kvBytesPerToken());
    addFact(tr("KV cache"), tr("%1 a token").arg(bytes(kv)));
    addFact(tr("Context"), tr("%L1 tokens, %2 when full")
                               .arg(config.contextLength)
                               .arg(bytes(kv * double(config.contextLength))));
    addFact(tr("Vocabulary"), model.tokenizer ? tr("%L1, %2").arg(config.vocabulary).arg(toQt(model.tokenizer->kind()))
                                              : tr("%L1, no tokenizer").arg(config.vocabulary));
    parts_->setParts({{tr("Embedding and head"), double(counts.embedding), count(counts.embedding)},
                      {tr("Attention"), double(counts.attention), count(counts.attention)},
                      {tr("Feed-forward"), double(counts.feedForward), count(counts.feedForward)},
                      {tr("Other"), double(counts.other), count(counts.other)}});
    QStringList lines;
    for (const std::string& warning : model.warnings) lines << toQt(warning);
    warnings_->setText(lines.join(u"\n"_s));
    warnings_->setVisible(!lines.isEmpty());
}

} // namespace paretoscope
