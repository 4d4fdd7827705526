"""What a page's browser keeps over a reload."""

from playwright.async_api import Page


async def kept_here(page: Page, database: str, store: str) -> int:
    """How many things stand in this IndexedDB store."""
    count: int = await page.evaluate(
        """([database, store]) => new Promise((resolve, reject) => {
            const opening = indexedDB.open(database, 1);
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const asking = opening.result.transaction(store).objectStore(store).count();
                asking.onsuccess = () => { opening.result.close(); resolve(asking.result); };
            };
        })""",
        [database, store],
    )
    return count
