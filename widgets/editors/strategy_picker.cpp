#include "widgets/editors/strategy_picker.h"

#include "core/strategy/strategy.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QShortcut>
#include <QTreeWidget>

#include <map>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

constexpr int idRole = Qt::UserRole;

// "kv_cache" → "Kv cache" reads badly: families have names.
QString familyTitle(const std::string& family)
{
    static const std::map<std::string, const char*> titles{
        {"quantization", QT_TRANSLATE_NOOP("StrategyFamily", "Weight quantization")},
        {"pruning", QT_TRANSLATE_NOOP("StrategyFamily", "Pruning")},
        {"factorization", QT_TRANSLATE_NOOP("StrategyFamily", "Factorization")},
        {"experts", QT_TRANSLATE_NOOP("StrategyFamily", "Experts")},
        {"kv_cache", QT_TRANSLATE_NOOP("StrategyFamily", "KV cache and attention")},
        {"decoding", QT_TRANSLATE_NOOP("StrategyFamily", "Decoding")},
        {"prompt", QT_TRANSLATE_NOOP("StrategyFamily", "Prompt compression")},
        {"latent_context", QT_TRANSLATE_NOOP("StrategyFamily", "Latent context")},
        {"retrieval", QT_TRANSLATE_NOOP("StrategyFamily", "Retrieval")},
        {"reasoning", QT_TRANSLATE_NOOP("StrategyFamily", "Reasoning length")},
        {"vision", QT_TRANSLATE_NOOP("StrategyFamily", "Vision")},
        {"recovery", QT_TRANSLATE_NOOP("StrategyFamily", "Recovery")}};
    const auto title = titles.find(family);
    return title == titles.end() ? toQt(family)
                                 : QCoreApplication::translate("StrategyFamily", title->second);
}

} // namespace

StrategyPicker::StrategyPicker(QWidget* parent)
    : QWidget(parent)
    , search_(new QLineEdit(this))
    , tree_(new QTreeWidget(this))
    , description_(makeLabel(QString(), "", this))
    , add_(makePrimaryButton(tr("Add to the recipe"), this))
{
    search_->setPlaceholderText(tr("Search strategies"));
    search_->setAccessibleName(tr("Search strategies"));
    search_->setClearButtonEnabled(true);
    tree_->setHeaderHidden(true);
    tree_->setAccessibleName(tr("Strategies by family"));
    tree_->setMinimumHeight(charactersWide(30));
    description_->setTextFormat(Qt::RichText);
    description_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    description_->setFocusPolicy(Qt::NoFocus);
    description_->setOpenExternalLinks(true);
    description_->setAlignment(Qt::AlignTop);
    auto* back = new QPushButton(tr("Back"), this);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(back);
    buttons->addStretch();
    buttons->addWidget(add_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing().small);
    layout->addWidget(search_);
    layout->addWidget(tree_, 1);
    layout->addWidget(description_);
    layout->addLayout(buttons);
    connect(search_, &QLineEdit::textChanged, this, &StrategyPicker::filter);
    connect(search_, &QLineEdit::returnPressed, this, &StrategyPicker::choose);
    connect(tree_, &QTreeWidget::currentItemChanged, this, &StrategyPicker::describe);
    connect(tree_, &QTreeWidget::itemActivated, this, &StrategyPicker::choose);
    connect(add_, &QPushButton::clicked, this, &StrategyPicker::choose);
    connect(back, &QPushButton::clicked, this, &StrategyPicker::cancelled);
    auto* escape = new QShortcut(Qt::Key_Escape, this);
    escape->setContext(Qt::WidgetWithChildrenShortcut);
    connect(escape, &QShortcut::activated, this, &StrategyPicker::cancelled);
    reload();
}

void StrategyPicker::reload()
{
    tree_->clear();
    std::map<std::string, QTreeWidgetItem*> families;
    for (const auto& strategy : StrategyRegistry::instance().all()) {
        const StrategyInfo& info = strategy->info();
        QTreeWidgetItem*& family = families[info.family];
        if (!family) {
            family = new QTreeWidgetItem(tree_, {familyTitle(info.family)});
            family->setFlags(Qt::ItemIsEnabled);
            QFont font = tree_->font();
            font.setWeight(QFont::DemiBold);
            family->setFont(0, font);
        }
        auto* item = new QTreeWidgetItem(family, {toQt(info.name)});
        item->setData(0, idRole, toQt(info.id));
        item->setToolTip(0, toQt(info.id));
    }
    tree_->expandAll();
    filter(search_->text());
}

void StrategyPicker::startChoosing()
{
    search_->clear();
    search_->setFocus();
}

std::string StrategyPicker::current() const
{
    const QTreeWidgetItem* item = tree_->currentItem();
    return item && !item->isHidden() ? fromQt(item->data(0, idRole).toString()) : std::string();
}

void StrategyPicker::setFilter(const QString& text) { search_->setText(text); }

void StrategyPicker::filter(const QString& text)
{
    QTreeWidgetItem* first = nullptr;
    for (int f = 0; f < tree_->topLevelItemCount(); ++f) {
        QTreeWidgetItem* family = tree_->topLevelItem(f);
        bool any = false;
        for (int s = 0; s < family->childCount(); ++s) {
            QTreeWidgetItem* item = family->child(s);
            const std::string id = fromQt(item->data(0, idRole).toString());
            const StrategyInfo& info = StrategyRegistry::instance().get(id).info();
            const QString all = toQt(info.id + ' ' + info.name + ' ' + info.summary + ' ' + info.paper);
            const bool fits = all.contains(text, Qt::CaseInsensitive);
            item->setHidden(!fits);
            any = any || fits;
            if (fits && !first) first = item;
        }
        family->setHidden(!any);
    }
    tree_->setCurrentItem(first);
    describe();
}

void StrategyPicker::describe()
{
    const std::string id = current();
    add_->setEnabled(!id.empty());
    if (id.empty()) {
        description_->setText(tr("No strategy matches. Try another word."));
        return;
    }
    const StrategyInfo& info = StrategyRegistry::instance().get(id).info();
    QStringList needs;
    for (const std::string& need : info.needs) needs << toQt(need);
    QString text = u"<b>%1</b> · %2<br>%3"_s.arg(toQt(info.name).toHtmlEscaped(),
                                                 toQt(info.id).toHtmlEscaped(),
                                                 toQt(info.summary).toHtmlEscaped());
    if (!needs.isEmpty()) text += u"<br>"_s + tr("Needs: %1.").arg(needs.join(u", "_s));
    if (!info.paper.empty()) text += u"<br><i>%1</i>"_s.arg(toQt(info.paper).toHtmlEscaped());
    description_->setText(text);
}

void StrategyPicker::choose()
{
    const std::string id = current();
    if (!id.empty()) Q_EMIT chosen(toQt(id));
}

} // namespace paretoscope
