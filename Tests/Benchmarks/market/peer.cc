// A flat book in C++: what this kind of book costs without accounts, journal or checks. The
// messages and the rules are those of the Swift program, and so must be the fills.
//
//     peer MESSAGES

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr int kPrices = 4096;
constexpr int kIds = 1000;

struct Random {
  uint64_t state = 7;
  uint64_t next() {
    state += 0x9E3779B97F4A7C15ull;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
};

enum class Kind : uint8_t { limit, immediate, cancel, move };

struct Message {
  uint32_t id;
  uint32_t quantity;
  uint16_t price;
  Kind kind;
  uint8_t side;
};

struct Order {
  uint32_t next, previous, quantity;
  uint16_t price;
  uint8_t side, live;
};

struct Level {
  uint32_t head = kNone, tail = kNone;
};

class Book {
 public:
  uint64_t fills = 0, volume = 0;

  explicit Book(int orders) : orders_(orders) {}

  bool live(uint32_t id) const { return orders_[id].live; }

  void add(uint32_t id, uint8_t side, uint16_t price, uint32_t quantity) {
    quantity = match(side, price, quantity);
    if (quantity) link(id, side, price, quantity);
  }

  void immediate(uint8_t side, uint16_t price, uint32_t quantity) { match(side, price, quantity); }

  void cancel(uint32_t id) {
    if (orders_[id].live) unlink(id);
  }

  void move(uint32_t id, uint16_t price) {
    Order &order = orders_[id];
    if (price == order.price) return;
    unlink(id);
    add(id, order.side, price, order.quantity);
  }

 private:
  std::vector<Order> orders_;
  Level levels_[2][kPrices];
  uint64_t words_[2][kPrices / 64] = {};
  uint64_t summary_[2] = {};

  int highestBid() const {
    if (!summary_[0]) return -1;
    int word = 63 - __builtin_clzll(summary_[0]);
    return word * 64 + 63 - __builtin_clzll(words_[0][word]);
  }

  int lowestAsk() const {
    if (!summary_[1]) return kPrices;
    int word = __builtin_ctzll(summary_[1]);
    return word * 64 + __builtin_ctzll(words_[1][word]);
  }

  void link(uint32_t id, uint8_t side, uint16_t price, uint32_t quantity) {
    Level &level = levels_[side][price];
    orders_[id] = {kNone, level.tail, quantity, price, side, 1};
    if (level.tail == kNone) {
      level.head = id;
      words_[side][price >> 6] |= 1ull << (price & 63);
      summary_[side] |= 1ull << (price >> 6);
    } else {
      orders_[level.tail].next = id;
    }
    level.tail = id;
  }

  void unlink(uint32_t id) {
    Order &order = orders_[id];
    Level &level = levels_[order.side][order.price];
    (order.previous == kNone ? level.head : orders_[order.previous].next) = order.next;
    (order.next == kNone ? level.tail : orders_[order.next].previous) = order.previous;
    if (level.head == kNone) {
      uint64_t &word = words_[order.side][order.price >> 6];
      word &= ~(1ull << (order.price & 63));
      if (!word) summary_[order.side] &= ~(1ull << (order.price >> 6));
    }
    order.live = 0;
  }

  uint32_t match(uint8_t side, int price, uint32_t quantity) {
    while (quantity) {
      int best = side == 0 ? lowestAsk() : highestBid();
      if (side == 0 ? best > price : best < price) break;
      uint32_t id = levels_[1 - side][best].head;
      Order &maker = orders_[id];
      uint32_t filled = std::min(quantity, maker.quantity);
      quantity -= filled;
      maker.quantity -= filled;
      fills++;
      volume += filled;
      if (!maker.quantity) unlink(id);
    }
    return quantity;
  }
};

double seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: peer MESSAGES\n");
    return 2;
  }
  const size_t count = std::strtoull(argv[1], nullptr, 10);
  Random random;
  Book book(kIds);
  for (uint32_t id = 0; id < kIds; id++) {
    uint16_t ticks = random.next() % 375;
    book.add(id, id & 1, id & 1 ? 2049 + ticks : 2047 - ticks, 5);
  }
  std::vector<Message> messages(count);
  for (Message &message : messages) {
    uint64_t share = random.next() % 100;
    message.id = random.next() % kIds;
    message.side = message.id & 1;
    uint16_t away = 1 + random.next() % 375, through = 1 + random.next() % 4;
    bool crosses = random.next() % 100 < 6;
    int ticks = crosses ? through : -static_cast<int>(away);
    message.price = message.side ? 2048 - ticks : 2048 + ticks;
    message.quantity = 1 + random.next() % 10;
    message.kind = share < 9    ? Kind::limit
                   : share < 12 ? Kind::immediate
                   : share < 18 ? Kind::cancel
                                : Kind::move;
  }
  double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
  for (const Message &message : messages) {
    switch (message.kind) {
      case Kind::limit:
        book.cancel(message.id);
        book.add(message.id, message.side, message.price, message.quantity);
        break;
      case Kind::immediate:
        book.immediate(message.side, message.side ? 1800 : 2300, message.quantity);
        break;
      case Kind::cancel:
        book.cancel(message.id);
        break;
      case Kind::move:
        if (book.live(message.id)) {
          book.move(message.id, message.price);
        } else {
          book.add(message.id, message.side, message.price, message.quantity);
        }
        break;
    }
  }
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  wall = seconds(CLOCK_MONOTONIC) - wall;
  std::printf("{\"messages\":%zu,\"cpu_s\":%.6f,\"wall_s\":%.6f,\"fills\":%llu,\"volume\":%llu}\n",
              count, cpu, wall, static_cast<unsigned long long>(book.fills),
              static_cast<unsigned long long>(book.volume));
}
