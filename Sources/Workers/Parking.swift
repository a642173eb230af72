import Foundation

/// A place to sleep for one thread at a time: a mutex and a condition at a fixed address.
///
/// Invariants: `storage` is allocated in `init`, freed in `destroy`, and neither is copied in
/// between. The condition to sleep on is the caller's, and is read under the mutex.
struct Parking {
  private struct Storage {
    var mutex = pthread_mutex_t()
    var condition = pthread_cond_t()
  }

  private let storage: UnsafeMutablePointer<Storage>

  init() {
    storage = .allocate(capacity: 1)
    storage.initialize(to: Storage())
    pthread_mutex_init(&storage.pointee.mutex, nil)
    pthread_cond_init(&storage.pointee.condition, nil)
  }

  func destroy() {
    pthread_cond_destroy(&storage.pointee.condition)
    pthread_mutex_destroy(&storage.pointee.mutex)
    storage.deallocate()
  }

  /// Sleeps while `condition` holds. Whoever makes it false calls `wake` afterwards.
  func sleep(while condition: () -> Bool) {
    pthread_mutex_lock(&storage.pointee.mutex)
    while condition() {
      pthread_cond_wait(&storage.pointee.condition, &storage.pointee.mutex)
    }
    pthread_mutex_unlock(&storage.pointee.mutex)
  }

  /// Wakes the sleeper. Taking the mutex closes the gap between its last look and its sleep.
  func wake() {
    pthread_mutex_lock(&storage.pointee.mutex)
    pthread_cond_signal(&storage.pointee.condition)
    pthread_mutex_unlock(&storage.pointee.mutex)
  }
}
