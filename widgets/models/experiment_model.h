// Saved experiments: checked ones are shown, names are edited in place.
#pragma once

#include "core/experiment/experiment.h"

#include <QAbstractListModel>

#include <set>
#include <vector>

namespace paretoscope {

class ExperimentModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { IdRole = Qt::UserRole, DetailRole, TagsRole, ArchivedRole };

    explicit ExperimentModel(QObject* parent = nullptr);

    // Keeps what is checked; rows that stay keep their selection.
    void setExperiments(std::vector<Experiment> experiments);
    const Experiment* experiment(int row) const; // null outside
    int rowOf(int64_t id) const;                 // -1 when it is not listed

    void setShown(const std::set<int64_t>& ids); // emits when it differs
    const std::set<int64_t>& shown() const { return shown_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    void shownChanged();
    // The name in the model changes when the store has taken it.
    void renameRequested(qint64 id, const QString& name);

private:
    std::vector<Experiment> experiments_;
    std::set<int64_t> shown_;
};

} // namespace paretoscope
