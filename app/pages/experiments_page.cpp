#include "app/pages/experiments_page.h"

#include "app/dialogs.h"
#include "app/services/workspace.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/notice_bar.h"
#include "widgets/basics/text.h"
#include "widgets/models/experiment_delegate.h"
#include "widgets/models/experiment_model.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>
#include <QListView>
#include <QMenu>

using namespace Qt::StringLiterals;

namespace paretoscope {

ExperimentsPage::ExperimentsPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , workspace_(workspace)
    , model_(new ExperimentModel(this))
    , view_(new QListView(this))
    , notice_(new NoticeBar(this))
    , empty_(makeLabel(tr("Experiments appear here. Tick several to lay them over each other in the "
                          "chart."),
                       "muted", this))
    , rename_(makeIconButton(u"rename"_s, tr("Rename the experiment"), this))
    , tags_(makeIconButton(u"tag"_s, tr("Edit the tags"), this))
    , note_(makeIconButton(u"note"_s, tr("Edit the note"), this))
    , archive_(makeIconButton(u"archive"_s, tr("Archive the experiment"), this))
    , showArchived_(makeIconButton(u"filter"_s, tr("Show archived experiments"), this))
{
    build();
    connect(rename_, &QToolButton::clicked, this, &ExperimentsPage::rename);
    connect(tags_, &QToolButton::clicked, this, &ExperimentsPage::editTags);
    connect(note_, &QToolButton::clicked, this, &ExperimentsPage::editNote);
    connect(archive_, &QToolButton::clicked, this, &ExperimentsPage::toggleArchived);
    connect(showArchived_, &QToolButton::toggled, &workspace_, &Workspace::setWithArchived);
    connect(view_, &QWidget::customContextMenuRequested, this, &ExperimentsPage::showMenu);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ExperimentsPage::refreshButtons);
    connect(model_, &ExperimentModel::shownChanged, this,
            [this] { workspace_.setShown(model_->shown()); });
    connect(model_, &ExperimentModel::renameRequested, this, [this](qint64 id, const QString& name) {
        if (workspace_.store())
            workspace_.store()->edit([&](Store& s) { s.renameExperiment(id, fromQt(name)); });
    });
    connect(&workspace_, &Workspace::snapshotChanged, this, &ExperimentsPage::refresh);
    connect(&workspace_, &Workspace::storeOpened, this, [this] {
        notice_->hide();
        connect(workspace_.store(), &StoreSession::failed, notice_, &NoticeBar::showError);
    });
    refresh();
}

void ExperimentsPage::build()
{
    setProperty("role", u"surface"_s);
    setAttribute(Qt::WA_StyledBackground);
    view_->setModel(model_);
    view_->setItemDelegate(new ExperimentDelegate(view_));
    view_->setMouseTracking(true);
    view_->setAccessibleName(tr("Experiments"));
    view_->setContextMenuPolicy(Qt::CustomContextMenu);
    view_->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
    view_->setUniformItemSizes(true);
    showArchived_->setCheckable(true);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(spacing().medium, spacing().tiny, spacing().tiny, spacing().tiny);
    header->setSpacing(0);
    header->addWidget(makeLabel(tr("Experiments"), "title", this, false), 1);
    for (QToolButton* button : {rename_, tags_, note_, archive_, showArchived_})
        header->addWidget(button);
    empty_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    empty_->setContentsMargins(spacing().panel());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(notice_);
    layout->addWidget(empty_);
    layout->addWidget(view_, 1);
}

void ExperimentsPage::refresh()
{
    const Snapshot& snapshot = workspace_.snapshot();
    const Experiment* before = current();
    const int64_t currentId = before ? before->id : 0;
    model_->setExperiments(snapshot.experiments);
    model_->setShown(workspace_.request().shown);
    const int row = model_->rowOf(currentId);
    if (row >= 0) view_->setCurrentIndex(model_->index(row));
    else if (model_->rowCount() > 0 && !current()) view_->setCurrentIndex(model_->index(0));
    empty_->setVisible(model_->rowCount() == 0);
    view_->setVisible(model_->rowCount() > 0);
    refreshButtons();
}

const Experiment* ExperimentsPage::current() const
{
    return model_->experiment(view_->currentIndex().row());
}

void ExperimentsPage::refreshButtons()
{
    const Experiment* experiment = current();
    const bool editable = experiment && workspace_.store() && workspace_.store()->writable();
    for (QToolButton* button : {rename_, tags_, note_, archive_}) button->setEnabled(editable);
    const QString words = experiment && experiment->archived ? tr("Bring the experiment back")
                                                             : tr("Archive the experiment");
    archive_->setToolTip(words);
    archive_->setAccessibleName(words);
}

void ExperimentsPage::rename()
{
    if (current()) view_->edit(view_->currentIndex());
}

void ExperimentsPage::editTags()
{
    const Experiment* experiment = current();
    if (!experiment) return;
    QStringList tags;
    for (const std::string& tag : experiment->tags) tags << toQt(tag);
    const auto answer = dialogs::askLine(this, tr("Tags"), tr("Tags, separated by commas:"),
                                         tags.join(u", "_s));
    if (!answer) return;
    std::vector<std::string> chosen;
    for (const QString& tag : answer->split(u',', Qt::SkipEmptyParts))
        if (!tag.trimmed().isEmpty()) chosen.push_back(fromQt(tag.trimmed()));
    workspace_.store()->edit(
        [id = experiment->id, &chosen](Store& s) { s.setExperimentTags(id, chosen); });
}

void ExperimentsPage::editNote()
{
    const Experiment* experiment = current();
    if (!experiment) return;
    const auto answer = dialogs::askText(this, tr("Note"),
                                         tr("Note on %1:").arg(toQt(experiment->name)),
                                         toQt(experiment->note));
    if (answer)
        workspace_.store()->edit([id = experiment->id, &answer](Store& s) {
            s.setExperimentNote(id, fromQt(*answer));
        });
}

void ExperimentsPage::toggleArchived()
{
    const Experiment* experiment = current();
    if (!experiment) return;
    workspace_.store()->edit([id = experiment->id, archived = experiment->archived](Store& s) {
        s.setExperimentArchived(id, !archived);
    });
}

void ExperimentsPage::showMenu(const QPoint& place)
{
    const Experiment* experiment = current();
    if (!experiment || !rename_->isEnabled()) return;
    QMenu menu(this);
    menu.addAction(tr("Show only this one"), this,
                   [this, id = experiment->id] { model_->setShown({id}); });
    menu.addSeparator();
    menu.addAction(tr("Rename"), this, &ExperimentsPage::rename);
    menu.addAction(tr("Tags…"), this, &ExperimentsPage::editTags);
    menu.addAction(tr("Note…"), this, &ExperimentsPage::editNote);
    menu.addAction(experiment->archived ? tr("Bring back") : tr("Archive"), this,
                   &ExperimentsPage::toggleArchived);
    menu.exec(view_->viewport()->mapToGlobal(place));
}

} // namespace paretoscope
