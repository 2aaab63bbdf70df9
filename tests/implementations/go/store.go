package main

import "sync"

// Record is a stored customer. Writes to one record exclude one another; records are independent.
type Record struct {
	seller   string
	lock     sync.RWMutex
	customer Object
}

// Read answers a copy that later writes do not touch.
func (r *Record) Read() Object {
	r.lock.RLock()
	defer r.lock.RUnlock()
	return cloneObject(r.customer)
}

// Write replaces the customer as a whole by what change makes of it; it answers the customer before and after.
func (r *Record) Write(change func(before Object) Object) (Object, Object) {
	r.lock.Lock()
	defer r.lock.Unlock()
	before := cloneObject(r.customer)
	r.customer = cloneObject(change(cloneObject(r.customer)))
	return before, cloneObject(r.customer)
}

// Store holds all records by id.
type Store struct {
	lock    sync.RWMutex
	records map[string]*Record
	order   []string
}

func newStore(customers ...Object) *Store {
	store := &Store{records: map[string]*Record{}}
	for _, customer := range customers {
		store.Add(customer)
	}
	return store
}

func (s *Store) Add(customer Object) *Record {
	s.lock.Lock()
	defer s.lock.Unlock()
	id, seller := customer["id"].(string), customer["sellerId"].(string)
	record := &Record{seller: seller, customer: cloneObject(customer)}
	s.records[id] = record
	s.order = append(s.order, id)
	return record
}

func (s *Store) Find(id string) *Record {
	s.lock.RLock()
	defer s.lock.RUnlock()
	return s.records[id]
}

// Others are the records of all ids but one, the oldest first.
func (s *Store) Others(id string) []*Record {
	s.lock.RLock()
	defer s.lock.RUnlock()
	var others []*Record
	for _, other := range s.order {
		if other != id {
			others = append(others, s.records[other])
		}
	}
	return others
}
