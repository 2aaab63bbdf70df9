// A client whose types are those of the document.
import type {components} from "./api.d.ts";

export type Book = components["schemas"]["Book"];
export type NewBook = components["schemas"]["NewBook"];

export class Books {
  constructor(private readonly url: string, private readonly token: string) {}

  add = (book: NewBook) => this.send<Book>("POST", "/books", book);
  show = (id: number) => this.send<Book>("GET", `/books/${id}`);
  change = (id: number, change: Partial<NewBook>) => this.send<Book>("PATCH", `/books/${id}`, change);
  remove = (id: number) => this.send<undefined>("DELETE", `/books/${id}`);

  private async send<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const headers = {Authorization: `Bearer ${this.token}`, "Content-Type": "application/json"};
    const answer = await fetch(this.url + path, {method, headers, body: body === undefined ? undefined : JSON.stringify(body)});
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return (answer.status === 204 ? undefined : await answer.json()) as Body;
  }
}
