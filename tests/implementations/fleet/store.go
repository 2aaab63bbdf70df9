package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// Fleet is what one customer has: resources by collection and id.
type Fleet struct {
	Token   string
	Records map[string]map[string]Message
}

// Store holds all fleets in memory.
type Store struct {
	sync.Mutex
	Fleets []*Fleet
}

func (s *Store) byToken(token string) *Fleet {
	for _, fleet := range s.Fleets {
		if token == fleet.Token {
			return fleet
		}
	}
	return nil
}

// holder finds the fleet that has a resource, whoever asks.
func (s *Store) holder(collection, id string) *Fleet {
	for _, fleet := range s.Fleets {
		if fleet.Records[collection][id] != nil {
			return fleet
		}
	}
	return nil
}

// save stores a resource with a new update time and etag.
func (f *Fleet) save(collection, id string, record Message) {
	record["updateTime"] = moment(time.Now().Truncate(time.Microsecond))
	delete(record, "etag")
	text, _ := json.Marshal(record)
	sum := sha256.Sum256(text)
	record["etag"] = base64.RawURLEncoding.EncodeToString(sum[:12])
	f.Records[collection][id] = record
}

// add stores a new resource.
func (f *Fleet) add(collection, id string, record Message) Message {
	record["name"] = collection + "/" + id
	record["uid"] = uuid()
	record["createTime"] = moment(time.Now().Truncate(time.Microsecond))
	f.save(collection, id, record)
	return record
}

func uuid() string {
	bytes := make([]byte, 16)
	_, _ = rand.Read(bytes)
	bytes[6], bytes[8] = bytes[6]&0x0f|0x40, bytes[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:])
}
