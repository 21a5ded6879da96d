#include "widgets/models/experiment_model.h"

#include "widgets/basics/text.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

QString detailOf(const Experiment& experiment)
{
    const auto text = [](const char* source) {
        return QCoreApplication::translate("ExperimentModel", source);
    };
    QStringList parts;
    parts << QFileInfo(toQt(experiment.model)).fileName().remove(u"builtin:"_s);
    const int64_t open = experiment.runs - experiment.done - experiment.failed - experiment.cancelled;
    parts << (experiment.runs == 1 ? text("1 run") : text("%1 runs").arg(experiment.runs));
    if (open > 0) parts << text("%1 to do").arg(open);
    if (experiment.failed > 0) parts << text("%1 failed").arg(experiment.failed);
    return parts.join(u" · "_s);
}

QStringList tagsOf(const Experiment& experiment)
{
    QStringList tags;
    for (const std::string& tag : experiment.tags) tags << toQt(tag);
    return tags;
}

QString toolTipOf(const Experiment& experiment)
{
    QStringList lines{toQt(experiment.name), toQt(experiment.model)};
    if (!experiment.tags.empty()) lines << tagsOf(experiment).join(u", "_s);
    if (!experiment.note.empty()) lines << toQt(experiment.note);
    return lines.join(u'\n');
}

} // namespace

ExperimentModel::ExperimentModel(QObject* parent) : QAbstractListModel(parent) {}

void ExperimentModel::setExperiments(std::vector<Experiment> experiments)
{
    const bool sameRows = std::equal(
        experiments.begin(), experiments.end(), experiments_.begin(), experiments_.end(),
        [](const Experiment& a, const Experiment& b) { return a.id == b.id; });
    if (sameRows) {
        experiments_ = std::move(experiments);
        if (!experiments_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    experiments_ = std::move(experiments);
    endResetModel();
    std::set<int64_t> left;
    for (const Experiment& experiment : experiments_)
        if (shown_.contains(experiment.id)) left.insert(experiment.id);
    setShown(left);
}

const Experiment* ExperimentModel::experiment(int row) const
{
    return row >= 0 && row < rowCount() ? &experiments_[size_t(row)] : nullptr;
}

int ExperimentModel::rowOf(int64_t id) const
{
    for (size_t i = 0; i < experiments_.size(); ++i)
        if (experiments_[i].id == id) return int(i);
    return -1;
}

void ExperimentModel::setShown(const std::set<int64_t>& ids)
{
    if (ids == shown_) return;
    shown_ = ids;
    if (!experiments_.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::CheckStateRole});
    Q_EMIT shownChanged();
}

int ExperimentModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(experiments_.size());
}

QVariant ExperimentModel::data(const QModelIndex& index, int role) const
{
    const Experiment* experiment = index.isValid() ? this->experiment(index.row()) : nullptr;
    if (!experiment) return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return toQt(experiment->name);
    case Qt::CheckStateRole: return shown_.contains(experiment->id) ? Qt::Checked : Qt::Unchecked;
    case Qt::ToolTipRole: return toolTipOf(*experiment);
    case IdRole: return qint64(experiment->id);
    case DetailRole: return detailOf(*experiment);
    case TagsRole: return tagsOf(*experiment);
    case ArchivedRole: return experiment->archived;
    case Qt::AccessibleTextRole: return toQt(experiment->name) + u", "_s + detailOf(*experiment);
    default: return {};
    }
}

bool ExperimentModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const Experiment* experiment = index.isValid() ? this->experiment(index.row()) : nullptr;
    if (!experiment) return false;
    if (role == Qt::CheckStateRole) {
        std::set<int64_t> ids = shown_;
        if (value.toInt() == Qt::Checked) ids.insert(experiment->id);
        else ids.erase(experiment->id);
        setShown(ids);
        return true;
    }
    const QString name = value.toString().trimmed();
    if (role != Qt::EditRole || name.isEmpty() || name == toQt(experiment->name)) return false;
    Q_EMIT renameRequested(experiment->id, name);
    return true;
}

Qt::ItemFlags ExperimentModel::flags(const QModelIndex& index) const
{
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable | Qt::ItemIsEditable;
}

} // namespace paretoscope
