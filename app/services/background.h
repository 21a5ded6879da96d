// Short work away from the GUI thread, its answer back on it.
#pragma once

#include <QObject>
#include <QPointer>
#include <QString>

#include <functional>
#include <memory>

namespace paretoscope {

// Runs `work` on a pool of the program's own. Then, on the thread of `context` and only while that
// lives: `done`, or `failed` with the sentence of the exception. Call on the thread of `context`.
void runInBackground(QObject* context, std::function<void()> work, std::function<void()> done,
                     std::function<void(const QString& error)> failed);

// The same for work that makes a value.
template <class T>
void runInBackground(QObject* context, std::function<T()> work, std::function<void(T)> done,
                     std::function<void(const QString& error)> failed)
{
    auto result = std::make_shared<T>();
    runInBackground(
        context, [result, work = std::move(work)] { *result = work(); },
        [result, done = std::move(done)] { done(std::move(*result)); }, std::move(failed));
}

// Waits for everything that was started; before the program ends.
void finishBackgroundWork();

} // namespace paretoscope
