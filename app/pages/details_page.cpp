#include "app/pages/details_page.h"

#include "app/services/workspace.h"
#include "widgets/basics/empty_state.h"
#include "widgets/models/run_text.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTextBrowser>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace paretoscope {

DetailsPage::DetailsPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , stack_(new QStackedWidget(this))
    , text_(new QTextBrowser(this))
    , copy_(new QPushButton(themeIcon(u"copy"_s), tr("Copy as text"), this))
    , reuse_(new QPushButton(themeIcon(u"new-experiment"_s), tr("Start from this recipe"), this))
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    text_->setFrameShape(QFrame::NoFrame);
    text_->setAccessibleName(tr("Details of the selected run"));
    text_->setTabChangesFocus(true);
    text_->document()->setDocumentMargin(spacing().medium);
    auto* shown = new QWidget(this);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(spacing().panel());
    buttons->addWidget(reuse_);
    buttons->addStretch();
    buttons->addWidget(copy_);
    auto* inner = new QVBoxLayout(shown);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->addWidget(text_, 1);
    inner->addLayout(buttons);
    stack_->addWidget(new EmptyState(u"info"_s, tr("No run selected"),
                                     tr("Click a point of the chart or a row of the table to read "
                                        "everything about it."),
                                     this));
    stack_->addWidget(shown);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(stack_);
    connect(copy_, &QPushButton::clicked, this, [this] {
        if (const auto run = workspace_.run(shown_))
            QGuiApplication::clipboard()->setText(runPlainText(*run));
    });
    connect(reuse_, &QPushButton::clicked, this, [this] { Q_EMIT reuseRequested(shown_); });
    connect(&workspace_, &Workspace::selectionChanged, this, &DetailsPage::refresh);
    connect(&workspace_, &Workspace::snapshotChanged, this, &DetailsPage::refresh);
    connect(&Theme::instance(), &Theme::changed, this, &DetailsPage::refresh);
    refresh();
}

void DetailsPage::refresh()
{
    std::optional<Run> run;
    if (!workspace_.selection().isEmpty()) run = workspace_.run(workspace_.selection().front());
    stack_->setCurrentIndex(run ? 1 : 0);
    if (!run) {
        shown_ = 0;
        return;
    }
    const bool same = shown_ == run->id;
    shown_ = run->id;
    const QString html = runDetailsText(*run);
    if (same && html_ == html) return;
    const int place = same ? text_->verticalScrollBar()->value() : 0;
    text_->setHtml(html);
    html_ = html;
    text_->verticalScrollBar()->setValue(place);
    reuse_->setEnabled(!run->baseline() && !run->foreign());
}

} // namespace paretoscope
