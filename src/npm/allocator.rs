//! The allocator of the npm build. The standard one is 5 KB of code for speed that nothing here needs: no memory is
//! allocated on the way of a received message.

use lol_alloc::{FreeListAllocator, LockedAllocator};

#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());
