import {randomUUID} from "node:crypto";
import {beforeEach, expect, test} from "vitest";
import {Books} from "./books.ts";

let books: Books;

beforeEach(() => {
  const base = new URL(process.env.MOCK_URL!); // every test in a world of its own, new from the seeds
  books = new Books(`${base.origin}/__session/${randomUUID()}${base.pathname}`, process.env.MOCK_TOKEN!);
});

test("a book is added, changed and removed", async () => {
  const added = await books.add({title: "A river", isbn: "9780000000002", genre: "novel"});
  await books.change(added.id, {title: "Another river"});
  expect((await books.show(added.id)).title).toBe("Another river");

  await books.remove(added.id);
  await expect(books.show(added.id)).rejects.toThrow("404");
});

test("nobody sees the books of another test", async () => {
  const added = await books.add({title: "Mine", isbn: "9780000000003", genre: "novel"});
  const other = new Books(process.env.MOCK_URL!, process.env.MOCK_TOKEN!);

  await expect(other.show(added.id)).rejects.toThrow("404");
});
