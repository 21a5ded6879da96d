#include "core/base/pipe.h"

#include "core/base/error.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace paretoscope {

void closeDescriptor(int& descriptor)
{
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

Pipe::Pipe(const char* purpose)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) failErrno(errno, fmt::format("cannot make a pipe {}", purpose));
    readEnd = ends[0];
    writeEnd = ends[1];
}

Pipe::~Pipe()
{
    closeDescriptor(readEnd);
    closeDescriptor(writeEnd);
}

int takeWithoutBlocking(int& descriptor)
{
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    return std::exchange(descriptor, -1);
}

bool readAvailable(int& descriptor, std::string& text)
{
    char buffer[16384];
    constexpr int readsAtOnce = 64; // one that never stops writing must not hold up the rest
    for (int reads = 0; descriptor >= 0; ++reads) {
        if (reads == readsAtOnce) return true;
        const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
        if (count > 0) text.append(buffer, size_t(count));
        if (count < 0 && errno == EAGAIN) return true;
        if (count == 0 || (count < 0 && errno != EINTR)) closeDescriptor(descriptor);
    }
    return false;
}

} // namespace paretoscope
