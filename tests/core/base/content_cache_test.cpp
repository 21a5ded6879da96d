// The cache of results that can be made again.
#include "core/base/content_cache.h"
#include "core/base/error.h"

#include <QTest>

#include <chrono>

using namespace paretoscope;

namespace {

std::function<void(Sink&)> text(const std::string& content)
{
    return [content](Sink& sink) { sink.write(std::string_view(content)); };
}

} // namespace

class ContentCacheTest : public QObject {
    Q_OBJECT
private slots:
    void keepsWhatWasStored()
    {
        const ScratchFolder scratch;
        const ContentCache cache(scratch.path() / "new" / "folder");
        QVERIFY(!cache.find("0a"));
        cache.store("0a", text("first"));
        cache.store("0b", text("second"));
        QCOMPARE(readFile(*cache.find("0a")), std::string("first"));
        cache.store("0a", text("again"));
        QCOMPARE(readFile(*ContentCache(cache.folder()).find("0a")), std::string("again"));
    }

    void aFailedWriteLeavesNothing()
    {
        const ScratchFolder scratch;
        const ContentCache cache(scratch.path());
        const auto broken = [](Sink& sink) {
            sink.write(std::string_view("half"));
            fail(ErrorCode::Cancelled, "stopped");
        };
        QVERIFY_THROWS_EXCEPTION(Error, cache.store("0a", broken));
        QVERIFY(!cache.find("0a"));
        QVERIFY(std::filesystem::is_empty(scratch.path()));
    }

    void whatWasUsedLeastRecentlyGoes()
    {
        const ScratchFolder scratch;
        const ContentCache cache(scratch.path(), 250);
        const auto hour = std::chrono::hours(1);
        const auto now = std::filesystem::file_time_type::clock::now();
        int age = 10;
        for (const char* key : {"0a", "0b"})
            std::filesystem::last_write_time(cache.store(key, text(std::string(100, 'x'))), now - hour * age--);
        QVERIFY(cache.find("0a")); // used now, so 0b is the older one
        cache.store("0c", text(std::string(100, 'x')));
        QVERIFY(cache.find("0a"));
        QVERIFY(!cache.find("0b"));
        QVERIFY(cache.find("0c"));
        cache.store("0d", text(std::string(1000, 'x'))); // larger than all: kept, as it is needed now
        QVERIFY(cache.find("0d"));
        QVERIFY(!cache.find("0a"));
    }

    void keysCannotLeaveTheFolder()
    {
        const ScratchFolder scratch;
        const ContentCache cache(scratch.path() / "cache");
        for (const char* key : {"", "../up", "a/b", ".", "A"})
            QVERIFY_THROWS_EXCEPTION(Error, cache.store(key, text("x")));
    }
};

QTEST_GUILESS_MAIN(ContentCacheTest)
#include "content_cache_test.moc"
